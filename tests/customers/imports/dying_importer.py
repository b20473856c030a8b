"""An importer in a process of its own, which ends itself in the middle of its third block.

`python -m tests.customers.imports.dying_importer NOW`
"""

import os
import signal
import sys
from datetime import datetime
from typing import Any

import django


def main(now: datetime) -> None:
    django.setup()
    from config import work as pieces  # noqa: PLC0415 - Django must be set up
    from customers.imports import work  # noqa: PLC0415

    whole, blocks = work.apply_calls, 0

    def mortal(batch: Any, now: datetime) -> Any:
        nonlocal blocks
        applied, blocks = whole(batch, now), blocks + 1
        if blocks == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return applied

    pieces.silence()
    work.apply_calls = mortal
    while work.next_block(now):
        pass


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    main(datetime.fromisoformat(sys.argv[1]))
