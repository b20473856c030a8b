"""Local wall times as moments: computed in the zone of the customer, at the date that is meant.

A wall time that the zone skips (clocks put forward) is the first valid moment after the gap; one that
happens twice is the first of the two; one on a date that the zone skips whole does not exist.
"""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@lru_cache(maxsize=1024)
def zone_of(name: str, fallback: str) -> tzinfo:
    """The IANA zone `name`; that of `fallback` where the name is empty or unknown."""
    try:
        return ZoneInfo(name or fallback)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(fallback)


def moment_of(day: date, at: time, zone: tzinfo) -> datetime | None:
    """The moment, in UTC, when clocks in `zone` show `at` on `day`; None where it has no such day."""
    wall = datetime.combine(day, at, tzinfo=zone)
    earlier = wall.replace(fold=1).astimezone(UTC)
    later = wall.astimezone(UTC)
    if later.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return later
    if later - earlier >= DAY:
        return None
    return _end_of_gap(earlier, later, zone)


def _end_of_gap(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    """The transition between two moments that lie on either side of it, to the second."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = before + ((after - before) // 2 // SECOND or 1) * SECOND
        if middle.astimezone(zone).utcoffset() == offset:
            before = middle
        else:
            after = middle
    return after


def ago(now: datetime, span: timedelta) -> datetime:
    """The moment `span` of elapsed time before `now`, in UTC; within a zone Python reckons by the wall."""
    return now.astimezone(UTC) - span


def next_moment(after: datetime, at: time, weekdays: frozenset[int], zone: tzinfo) -> datetime:
    """The first moment after `after` when clocks in `zone` show `at` on one of `weekdays` (Monday is 0)."""
    day = after.astimezone(zone).date() - DAY  # a time of yesterday can have moved past midnight over a gap
    while True:
        if day.weekday() in weekdays:
            found = moment_of(day, at, zone)
            if found is not None and found > after:
                return found
        day += DAY
