"""The table of docs/reliability.md names every scenario, and none that isn't there."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs" / "reliability.md"


def test_table_of_faults_names_every_scenario():
    rows = [line for line in DOCS.read_text().splitlines() if line.startswith("| ")]
    scenarios = {
        node.name
        for path in HERE.glob("test_*.py")
        if path != Path(__file__)
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    }

    assert set(re.findall(r"`(test_\w+)`", "\n".join(rows))) == scenarios
