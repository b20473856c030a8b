"""Finding a changed segment's members anew: a trait and a count of events, asked of everybody and stored.

Ours goes range by range, so that calls can come in between; the floor writes the same rows by hand at once.
"""

import statistics
import time
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from benchmarks.figure import Figure, in_turns
from benchmarks.floors.segments import fill_segment
from benchmarks.size import Size
from customers.models import Segment
from customers.rebuild import rebuild

SLUG = "bench-found"
RULE = {
    "combinator": "and",
    "rules": [
        {"field": "trait", "trait": "kids_count", "operator": "at_least", "value": 2},
        {
            "field": "event",
            "event": "Order Completed",
            "operator": "at_least",
            "value": 2,
            "within": "P90D",
        },
    ],
}
EMPTY = (
    "DELETE FROM customers_event WHERE name = '$segment_entered' AND id > %s",
    "TRUNCATE customers_membership",
    "UPDATE customers_customer SET recheck_at = NULL WHERE recheck_at IS NOT NULL",
)


class Run(NamedTuple):
    """One run: seconds in all, the longest that others had to wait, how many came in."""

    seconds: float
    held: float
    members: int


def measure(size: Size, database_url: str, now: datetime) -> list[Figure]:
    """Ours and the floor's, in turns, each on tables as if it were the first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_event")
        last_id = cursor.fetchone()[0]
    segment = Segment.objects.create(slug=SLUG, name=SLUG, rule=RULE)
    ours, floor = in_turns(
        size.runs, lambda: _ours(segment, last_id, now), lambda: _floor(segment, database_url, last_id, now)
    )
    _empty(last_id)
    segment.delete()
    if len({run.members for run in (*ours, *floor)}) != 1:
        raise RuntimeError(f"Ours and the floor found different people: {ours}, {floor}")
    seconds = [statistics.median(run.seconds for run in runs) for runs in (ours, floor)]
    return [
        Figure("segment_rebuild", 1000 * seconds[0], "ms", 1000 * seconds[1]),
        Figure("segment_rebuild_held", 1000 * max(run.held for run in ours), "ms"),
    ]


def _ours(segment: Segment, last_id: int, now: datetime) -> Run:
    _empty(last_id)
    Segment.objects.filter(pk=segment.pk).update(changed_at=now, rebuilt_at=None, rebuilt_to=0)
    held = [0.0]
    started = mark = time.perf_counter()
    while rebuild(now):
        held.append(time.perf_counter() - mark)
        mark = time.perf_counter()
    return Run(mark - started, max(held), segment.memberships.count())


def _floor(segment: Segment, database_url: str, last_id: int, now: datetime) -> Run:
    _empty(last_id)
    started = time.perf_counter()
    fill_segment(database_url, segment.pk, now)
    return Run(time.perf_counter() - started, 0.0, segment.memberships.count())


def _empty(last_id: int) -> None:
    """As before the first run, in statistics and visibility too."""
    with connection.cursor() as cursor:
        for statement in EMPTY:
            cursor.execute(statement, [last_id] if "%s" in statement else None)
        cursor.execute("VACUUM (ANALYZE) customers_event, customers_membership, customers_customer")
        cursor.execute("CHECKPOINT")
