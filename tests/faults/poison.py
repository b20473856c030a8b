"""A worker with calls that no code survives: `celery -A tests.faults.poison worker`.

A call whose property `poison` says how is deadly to whoever applies it, as a fault in C code or in ours is.
"""

import os
import signal
from typing import Any

from celery.signals import worker_process_init

from config.celery import app

MEGABYTE = 1024 * 1024


def die_of(how: str) -> None:
    """What a call of this sort does to whoever applies it."""
    if how == "raise":
        raise RuntimeError("poison")
    if how == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    hoard = []
    while how in {"loop", "memory"}:
        if how == "memory":
            hoard.append(bytearray(64 * MEGABYTE))


@worker_process_init.connect
def wrap(**_facts: object) -> None:
    """Make calls deadly, in this process."""
    from customers import inbox  # noqa: PLC0415 - Django must be set up

    whole = inbox.apply_calls

    def mortal(batch: Any, now: Any) -> Any:
        for received in batch:
            if received.call.event == "Poison":
                die_of(received.call.message_id.split("-")[0])
        return whole(batch, now)

    inbox.apply_calls = mortal


__all__ = ["app"]
