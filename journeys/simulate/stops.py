"""Where the clock stops on its way through the window. Pure.

A day of the brand is whole: its last stop is the last moment before midnight, so that what falls due on a day
happens on it.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from config.localtime import moment_of

DAY = timedelta(days=1)
MOST_DAYS = 90
# Up to so many days: so long between two stops.
STRIDES = {7: timedelta(minutes=30), 31: timedelta(hours=2), MOST_DAYS: timedelta(hours=6)}


def stride(days: int) -> timedelta:
    """How far the clock goes at a time: the longer the window, the farther."""
    return next(span for most, span in STRIDES.items() if days <= most)


def begin(until: datetime, days: int, zone: tzinfo) -> datetime:
    """The midnight with which the window begins that ends at `until`: so many days, the last not over yet."""
    return _midnight(until.astimezone(zone).date() - (days - 1) * DAY, zone)


def stops(start: datetime, until: datetime, step: timedelta, zone: tzinfo) -> Iterator[datetime]:
    """Each stop after `start`, the last of them `until`, in UTC."""
    at = start.astimezone(UTC)
    while at < until:
        midnight = _midnight(at.astimezone(zone).date() + DAY, zone)
        at = min(at + step, midnight, until.astimezone(UTC))
        yield at if at == until else at - at.resolution


def _midnight(day: date, zone: tzinfo) -> datetime:
    """Where the day begins: at midnight, or where clocks skip it, at the first moment after."""
    while (found := moment_of(day, time.min, zone)) is None:
        day += DAY
    return found
