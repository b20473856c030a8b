"""Local time: when a wall clock's hour comes in a zone, where a calendar window begins, when quiet hours end.

Pure arithmetic on `zoneinfo`. A local time that a zone skips is the first moment after the gap; one that comes twice
is the first.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from channels.models import Cap, QuietHours

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
HOPS = 16  # quiet hours that overlap are left one by one; more than this and no hour is free


@lru_cache(maxsize=1024)
def zone_of(name: str, fallback: str) -> ZoneInfo:
    """The zone called `name`; the brand's where the name is empty or no zone's."""
    try:
        return ZoneInfo(name or fallback)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(fallback)


@lru_cache(maxsize=65536)
def moment_at(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """When the clocks of `zone` show `wall` on `day`, in UTC."""
    local = datetime.combine(day, wall, zone)
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    return first if first <= second else _after_gap(second, first, zone)


def _after_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The moment in (before, after] at which the zone's clocks jump forward, to the second."""
    jumped = after.astimezone(zone).utcoffset()
    while after - before > SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == jumped:
            after = middle
        else:
            before = middle
    return after


def window_around(window: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Begin and end, in UTC, of the calendar day, week (from Monday) or month that `at` lies in."""
    day = at.astimezone(zone).date()
    if at >= moment_at(day + DAY, time.min, zone):
        day += DAY  # a zone whose clocks fell back over midnight shows the old date for a while
    first = {Cap.Window.WEEK: day - day.weekday() * DAY, Cap.Window.MONTH: day.replace(day=1)}.get(
        Cap.Window(window), day
    )
    return moment_at(first, time.min, zone), moment_at(_next(window, first), time.min, zone)


def _next(window: str, first: date) -> date:
    if window == Cap.Window.MONTH:
        return (first + 31 * DAY).replace(day=1)
    return first + (7 * DAY if window == Cap.Window.WEEK else DAY)


def quiet_until(
    at: datetime, hours: Sequence[QuietHours], zone: ZoneInfo
) -> tuple[datetime, QuietHours] | None:
    """The first moment after `at` that is in none of the quiet hours, and the last of them; None where `at` is free."""
    until, last = at, None
    for _hop in range(HOPS):
        for quiet in hours:
            end = _end(until, quiet, zone)
            if end is not None:
                until, last = end, quiet
                break
        else:
            break
    return None if last is None else (until, last)


def _end(at: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime | None:
    local = at.astimezone(zone)
    wall, overnight = local.time(), quiet.starts > quiet.ends
    if overnight:
        is_quiet = wall >= quiet.starts or wall < quiet.ends
    else:
        is_quiet = quiet.starts <= wall < quiet.ends
    if not is_quiet:
        return None
    day = local.date() + DAY if overnight and wall >= quiet.starts else local.date()
    end = moment_at(day, quiet.ends, zone)
    if end <= at:  # the hour that comes twice, the second time
        end = datetime.combine(day, quiet.ends, zone).replace(fold=1).astimezone(UTC)
    return end
