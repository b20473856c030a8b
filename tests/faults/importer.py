"""Puts customers into a list, until it is killed: `python -m tests.faults.importer LIST FIRST LAST`."""

import os
import sys
from datetime import UTC, datetime

import django


def main(slug: str, first: int, last: int) -> None:
    django.setup()
    from config import work  # noqa: PLC0415 - Django must be set up
    from customers import lists  # noqa: PLC0415
    from customers.models import Segment  # noqa: PLC0415

    work.silence()
    lists.CHUNK = 250  # so that it has many commits to be killed between
    rows = (
        lists.Named(line, f"email:c{number}@example.com") for line, number in enumerate(range(first, last), 1)
    )
    segment = Segment.objects.get(slug=slug)
    report = lists.change_members(segment, lists.Operation.APPEND, rows, datetime.now(UTC))
    print(report.added, report.unchanged, report.unknown, report.refused)  # noqa: T201 - for whoever started it


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
