"""The process that compiles and renders strangers' templates: 2 s of CPU, 256 MB, no environment, no Django.

`python -m channels.content.child` reads `{"source": {...}, "context": {...}}` and writes `{"problems": [...],
"rendered": {...}}`.
"""

import json
import resource
import sys
from dataclasses import asdict
from typing import Any

CPU_SECONDS = 2
MEMORY = 256 * 1024 * 1024


def limit() -> None:
    """Take away what a template could use up."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answer(question: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with the text, or what it comes to."""
    from channels.content.check import review  # noqa: PLC0415 - under the limits

    problems, rendered = review(question["source"], question["context"])
    return {
        "problems": [asdict(problem) for problem in problems],
        "rendered": asdict(rendered) if rendered else None,
    }


if __name__ == "__main__":
    limit()
    json.dump(answer(json.load(sys.stdin)), sys.stdout)
