"""What a step or trigger says of its settings can be translated: no sentence is put together unseen."""

import ast
from pathlib import Path

import pytest

JOURNEYS = Path(__file__).resolve().parents[2] / "journeys"
SOURCES = sorted([*(JOURNEYS / "steps").glob("*.py"), *(JOURNEYS / "triggers").glob("*.py")])


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_errors_are_no_formatted_strings(source):
    raised = [node for node in ast.walk(ast.parse(source.read_text())) if isinstance(node, ast.Raise)]
    calls = [node.exc for node in raised if isinstance(node.exc, ast.Call)]

    assert [call.lineno for call in calls if any(isinstance(word, ast.JoinedStr) for word in call.args)] == []
