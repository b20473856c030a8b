"""Is a text fit to be sent? Asked at every save and preview, in a process of its own that can't do harm.

The text is compiled, and filled in with made-up values, or with those of a sample customer, so that a
forbidden call or a runaway loop shows before the first customer meets it.
"""

import json
import signal
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

from channels.content.compile import Rendered, Source, compile_text
from channels.content.problem import ContentError, Problem
from channels.content.trial import FIELDS, try_out, try_with

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 10  # seconds by the wall, for a machine that is busy
TOO_MUCH = "Filling the text in takes over 256 MB of memory."
TOO_LONG = "Filling the text in takes over 2 seconds: are there loops in loops?"


def check_text(source: Source) -> list[Problem]:
    """What is wrong with a text, with lines; empty where it can be saved."""
    try:
        _pass(source)
    except ContentError as error:
        return error.problems
    return []


@lru_cache(maxsize=256)
def _pass(source: Source) -> None:
    """ContentError where something is wrong, which is not remembered: a busy machine may be at fault."""
    if problems := preview(source)[0]:
        raise ContentError(problems)


def preview(source: Source, context: dict[str, Any] | None = None) -> tuple[list[Problem], Rendered | None]:
    """What is wrong with a text, or what it comes to for the sample."""
    question = {"source": {name: getattr(source, name) for name in ("channel", *FIELDS)}, "context": context}
    try:
        child = subprocess.run(
            [sys.executable, "-m", "channels.content.child"],
            input=json.dumps(question, default=str).encode(),
            capture_output=True,
            cwd=ROOT,
            env={},
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return [Problem("body", 1, TOO_LONG)], None
    if child.returncode in {-signal.SIGXCPU, -signal.SIGKILL}:
        return [Problem("body", 1, TOO_LONG)], None
    if child.returncode:
        return [Problem("body", 1, TOO_MUCH)], None
    answer = json.loads(child.stdout)
    problems = [Problem(**problem) for problem in answer["problems"]]
    return problems, Rendered(**answer["rendered"]) if answer["rendered"] else None


def review(written: dict[str, str], context: dict[str, Any] | None) -> tuple[list[Problem], Rendered | None]:
    """What `preview` asks of its child process: the same, without the limits."""
    source = Source(**written)
    try:
        compiled = compile_text(source)
        if context is None:
            return try_out(source), None
        return [], compiled.render(context | {"_click": str})
    except ContentError as error:
        located = try_with(source, context) if context is not None else []
        return located or error.problems, None
    except MemoryError:
        return [Problem("body", 1, TOO_MUCH)], None
