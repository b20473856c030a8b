"""The size of a segment day by day, from the times at which its members entered and left."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from config.localtime import moment_of
from customers.copying import moments
from customers.models import Segment

DAY = timedelta(days=1)

# Whoever left before the first day says nothing. By the indexes one_stay_at_a_time and membership_left.
GROWTH = """
    WITH stay AS (
        SELECT entered_at, left_at FROM customers_membership
        WHERE segment_id = %(segment)s AND left_at IS NULL
        UNION ALL
        SELECT entered_at, left_at FROM customers_membership
        WHERE segment_id = %(segment)s AND left_at >= %(start)s
    ), turn AS (
        SELECT width_bucket(entered_at, %(starts)s::timestamptz[]) AS day, count(*) AS entered, 0 AS gone
        FROM stay GROUP BY 1
        UNION ALL
        SELECT width_bucket(left_at, %(starts)s::timestamptz[]), 0, count(*)
        FROM stay WHERE left_at IS NOT NULL GROUP BY 1
    )
    SELECT day.number, sum(coalesce(sum(entered - gone), 0)) OVER (ORDER BY day.number)::bigint,
           coalesce(sum(entered), 0)::bigint, coalesce(sum(gone), 0)::bigint
    FROM generate_series(0, %(days)s) AS day(number) LEFT JOIN turn ON turn.day = day.number
    GROUP BY day.number ORDER BY day.number
"""


class DaySize(NamedTuple):
    """How many were in the segment when the day ended (today: now), and how many entered and left in it."""

    day: date
    size: int
    entered: int
    left: int


def daily_sizes(segment: Segment, days: int, now: datetime) -> list[DaySize]:
    """The last `days` days in the brand's own time zone, today the last of them: one query."""
    zone = ZoneInfo(settings.BRAND_TIME_ZONE)
    today = now.astimezone(zone).date()
    asked = [today - DAY * back for back in reversed(range(days))]
    begun = [(day, start) for day in asked if (start := moment_of(day, time(), zone)) is not None]
    sizes = _sizes(segment, [start for _day, start in begun])
    return [DaySize(day, *size) for (day, _start), size in zip(begun, sizes, strict=True)]


def _sizes(segment: Segment, starts: Sequence[datetime]) -> list[tuple[int, int, int]]:
    """Size, entered and left from each of the moments to the next; from the last one on to the end."""
    params: dict[str, Any] = {
        "segment": segment.pk,
        "start": starts[0],
        "starts": moments(starts),
        "days": len(starts),
    }
    with connection.cursor() as cursor:
        cursor.execute(GROWTH, params)
        return [row[1:] for row in cursor.fetchall() if row[0]]
