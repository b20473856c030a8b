"""Windows on the calendar, in the brand's time zone: today, last week, this quarter; days as bounds. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config.localtime import DAY, ago, moment_of
from customers.rules.errors import Slip
from customers.rules.texts import parse_moment

Unit = Literal["day", "week", "month", "quarter", "year"]
TICK = timedelta(microseconds=1)  # PostgreSQL tells no two moments apart that lie closer
MONTHS = {"month": 1, "quarter": 3, "year": 12}
LONGEST = {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}


@dataclass(frozen=True)
class Start:
    """The last tick before the calendar's `unit` that lies `back` units before the present one begins."""

    unit: Unit
    back: int = 0

    def moment(self, now: datetime) -> datetime:
        """That moment, in UTC."""
        return begins(first_day(self.unit, local(now).date(), -self.back)) - TICK

    @property
    def longest(self) -> timedelta:
        """A span that is never shorter than from there to now."""
        return (LONGEST[self.unit] * (self.back + 1) + 1) * DAY


Back = timedelta | Start


def local(moment: datetime) -> datetime:
    """A moment as the brand's clocks show it."""
    return moment.astimezone(ZoneInfo(settings.BRAND_TIME_ZONE))


def begins(day: date) -> datetime:
    """When a day begins where the brand is, in UTC; of one that its zone skips, when the next one does."""
    found = moment_of(day, time(), ZoneInfo(settings.BRAND_TIME_ZONE))
    return begins(day + DAY) if found is None else found


def before(now: datetime, back: Back) -> datetime:
    """The moment that lies `back`, in UTC."""
    return back.moment(now) if isinstance(back, Start) else ago(now, back)


def first_day(unit: Unit, day: date, away: int = 0) -> date:
    """The first day of the unit in which `day` lies, or of one that lies `away` from it."""
    if unit == "day":
        return day + away * DAY
    if unit == "week":
        return day - day.weekday() * DAY + away * 7 * DAY
    size = MONTHS[unit]
    month = day.year * 12 + (day.month - 1) // size * size + away * size
    return date(month // 12, month % 12 + 1, 1)


@dataclass(frozen=True)
class Period:
    """One of the windows: from `since` up to `until` (None: until now), and when the next one begins."""

    since: Start
    until: Start | None
    words: object

    @property
    def ends(self) -> Start:
        """Right before the next unit begins."""
        return Start(self.since.unit, -1)


def _present(unit: Unit, words: object) -> Period:
    return Period(Start(unit), None, words)


def _last(unit: Unit, words: object) -> Period:
    return Period(Start(unit, 1), Start(unit), words)


PERIODS = {
    "today": _present("day", gettext_lazy("today")),
    "yesterday": _last("day", gettext_lazy("yesterday")),
    "this_week": _present("week", gettext_lazy("this week")),
    "last_week": _last("week", gettext_lazy("last week")),
    "this_month": _present("month", gettext_lazy("this month")),
    "last_month": _last("month", gettext_lazy("last month")),
    "this_quarter": _present("quarter", gettext_lazy("this quarter")),
    "last_quarter": _last("quarter", gettext_lazy("last quarter")),
    "this_year": _present("year", gettext_lazy("this year")),
    "last_year": _last("year", gettext_lazy("last year")),
}
PeriodName = Literal[
    "today", "yesterday", "this_week", "last_week", "this_month", "last_month",
    "this_quarter", "last_quarter", "this_year", "last_year",
]  # fmt: skip


def parse_first(value: object) -> datetime:
    """Where a window begins: a day (its first moment where the brand is), or a date and time; else Slip."""
    return _bound(value, 0)


def parse_last(value: object) -> datetime:
    """Where a window ends: with the end of a day, or at a date and time."""
    return _bound(value, 1)


def _bound(value: object, days: int) -> datetime:
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        raise Slip(_("A date is written as in 2026-03-31 or 2026-03-31T09:30:00+02:00."))
    moment = parse_moment(value)
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return moment.astimezone(UTC)
    return begins(day + days * DAY)


def optional(parse: Callable[[object], datetime]) -> Callable[[object], datetime | None]:
    """The same, of what may be absent."""
    return lambda value: None if value is None else parse(value)
