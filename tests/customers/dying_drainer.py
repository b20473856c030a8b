"""A drainer in a process of its own, which a call named Poison ends.

`python -m tests.customers.dying_drainer NOW`
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django


def main(now: datetime) -> None:
    django.setup()
    from config import work  # noqa: PLC0415 - Django must be set up
    from customers import inbox  # noqa: PLC0415

    whole = inbox.apply_calls

    def mortal(batch: Any, now: datetime) -> Any:
        if any(received.call.event == "Poison" for received in batch):
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(batch, now)

    work.silence()
    inbox.apply_calls = mortal
    while inbox.drain(now):
        pass


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(datetime.fromisoformat(sys.argv[1]))
