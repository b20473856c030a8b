"""A worker of its own process that kills itself at a named point: `python -m tests.channels.dying_worker POINT NOW`.

Points: `in_gate` (before the gate's commit), `before_call` (after it, before the provider), `in_call` (the provider has
the messages, nothing answered), `before_record` (answered, nothing recorded), `in_record` (recorded, not committed),
`after_record`. Run with DATABASE_URL naming the test's database.
"""

import os
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from typing import Any

import django


def die(*_args: Any, **_kwargs: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_after(step: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **kwargs: Any) -> Any:
        step(*args, **kwargs)
        die()

    return run


def main(point: str, now: datetime) -> None:
    django.setup()
    from channels import delivery, gate, receipts
    from channels.providers.journal import Journal
    from config import work

    work.silence()
    patches: dict[str, tuple[Any, str, Callable[[Any], Any]]] = {
        "in_gate": (gate.moves, "take", dying_after),
        "before_call": (delivery, "_send", lambda _step: die),
        "in_call": (Journal, "_receipt", lambda _step: die),
        "before_record": (delivery, "record", lambda _step: die),
        "in_record": (receipts, "_record", dying_after),
        "after_record": (delivery, "record", dying_after),
    }
    owner, name, change = patches[point]
    setattr(owner, name, change(getattr(owner, name)))
    gate.dispatch("email", now)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
