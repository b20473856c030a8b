"""A worker in a process of its own that kills itself: `python -m tests.channels.dying_worker POINT NOW`.

Points: `in_gate` (before the gate's commit), `before_call` (after it, before the provider), `in_call` (the
provider has the messages and has not answered), `before_record` (nothing is recorded), `in_record` (recorded,
not committed), `after_record`. DATABASE_URL names the test's database.
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
    from channels import delivery, gate, receipts  # noqa: PLC0415 - Django must be set up
    from channels.providers.journal import Journal  # noqa: PLC0415
    from config import work  # noqa: PLC0415

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
