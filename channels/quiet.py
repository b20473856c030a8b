"""The customer's own calendar: where a day, week or month begins and ends, and when quiet hours are over.

Pure arithmetic on config/localtime.py: a local time that the zone skips is the first moment after the gap;
one that comes twice is the first.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache

from channels.models import Cap, QuietHours
from config.localtime import moment_of

DAY = timedelta(days=1)
HOPS = 16  # quiet hours that overlap are left one by one; more than this and no hour is free


@lru_cache(maxsize=65536)
def begin_of(day: date, wall: time, zone: tzinfo) -> datetime:
    """When the clocks of `zone` show `wall` on `day`, in UTC; on the next day where there is none."""
    return moment_of(day, wall, zone) or begin_of(day + DAY, wall, zone)


@lru_cache(maxsize=4096)  # a batch asks for one moment in a few zones
def window_around(window: str, at: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """Begin and end, in UTC, of the calendar day, week (from Monday) or month that `at` lies in."""
    day = at.astimezone(zone).date()
    if at >= begin_of(day + DAY, time.min, zone):
        day += DAY  # a zone whose clocks fell back over midnight shows the old date for a while
    first = {Cap.Window.WEEK: day - day.weekday() * DAY, Cap.Window.MONTH: day.replace(day=1)}.get(
        Cap.Window(window), day
    )
    return begin_of(first, time.min, zone), begin_of(_next(window, first), time.min, zone)


def _next(window: str, first: date) -> date:
    if window == Cap.Window.MONTH:
        return (first + 31 * DAY).replace(day=1)
    return first + (7 * DAY if window == Cap.Window.WEEK else DAY)


def quiet_until(
    at: datetime, hours: Sequence[QuietHours], zone: tzinfo
) -> tuple[datetime, QuietHours] | None:
    """The first free moment after `at`, and the quiet hours that end there; None where `at` is free."""
    until, last = at, None
    for _hop in range(HOPS):
        for quiet in hours:
            end = _end(until, quiet.starts, quiet.ends, zone)
            if end is not None:
                until, last = end, quiet
                break
        else:
            break
    return None if last is None else (until, last)


@lru_cache(maxsize=4096)
def _end(at: datetime, starts: time, ends: time, zone: tzinfo) -> datetime | None:
    local = at.astimezone(zone)
    wall, overnight = local.time(), starts > ends
    has_begun, goes_on = wall >= starts, wall < ends
    if not (has_begun or goes_on if overnight else has_begun and goes_on):
        return None
    day = local.date() + DAY if overnight and has_begun else local.date()
    end = begin_of(day, ends, zone)
    if end <= at:  # the hour that comes twice, the second time
        end = datetime.combine(day, ends, zone).replace(fold=1).astimezone(UTC)
    return end
