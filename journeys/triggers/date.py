"""A date of the customer: a birthday, a renewal."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from django.utils.translation import gettext_noop as _
from pydantic import Field

from config.localtime import DAY, moment_of
from journeys.entry import Entry, Occurrence, Policy, TraitPath, Trigger
from journeys.localtime import LocalTime

FEBRUARY, LEAP_DAY = 2, 29
LEAP_YEAR = 2000  # stands for the year of a date that has none
FIRST_YEAR, LAST_YEAR = 1000, 9990
WITHOUT_YEAR = re.compile(r"(?:--)?(\d\d)-(\d\d)")
DAY_OF_YEAR = re.compile(r"\d{4}-\d\d-\d\d")


class Recurrence(StrEnum):
    """How often the date comes."""

    YEARLY = "yearly"
    ONCE = "once"


class DateTrigger(Trigger):
    """The date of a trait comes: `days` after it (before: less than 0), at a local time of the customer.

    A 29 February is the 28th in other years.
    """

    kind = "date"
    fresh = {"recurs": "yearly", "at": "09:00"}

    trait: TraitPath
    recurs: Recurrence = Recurrence.YEARLY
    days: int = Field(
        0, ge=-366, le=366, description=_("So many days after the date; -3: three days before.")
    )
    at: LocalTime = time(9)
    entry: Entry = Entry(policy=Policy.AGAIN)

    @property
    def traits(self) -> tuple[str, ...]:
        """The date, and the zone in which it comes."""
        return (self.trait, "time_zone")

    @property
    def customer_date(self) -> "DateTrigger":
        """The trait's."""
        return self

    def next_occurrence(
        self, value: object, zone: tzinfo, since: datetime, seen: date | None
    ) -> Occurrence | None:
        """The first one at `since` or later, of a day after `seen`; None: it never comes."""
        read = _read(value, zone)
        if read is None or (read[1] and self.recurs == Recurrence.ONCE):
            return None
        for day in self._days(read[0], since.astimezone(zone).date(), has_no_year=read[1]):
            at = _moment(day + timedelta(days=self.days), self.at, zone)
            if at >= since and (seen is None or day > seen):
                return Occurrence(day, at)
        return None

    def _days(self, first: date, today: date, *, has_no_year: bool) -> Iterator[date]:
        """The days on which the date comes, those that may matter today and the next."""
        if self.recurs == Recurrence.ONCE:
            yield first
            return
        begins = today.year - 2 if has_no_year else max(first.year, today.year - 2)
        for year in range(begins, begins + 6):
            yield _in_year(first, year)


def _in_year(first: date, year: int) -> date:
    try:
        return first.replace(year=year)
    except ValueError:
        return date(year, FEBRUARY, LEAP_DAY - 1)


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    """That time of the day; of the next one where the zone skips the day whole."""
    return moment_of(day, at, zone) or moment_of(day + DAY, at, zone) or datetime.combine(day, at, zone)


def _read(value: object, zone: tzinfo) -> tuple[date, bool] | None:
    """The date of a trait's value, as its customer would say it, and whether it has no year."""
    if not isinstance(value, str):
        return None
    text = value.strip()
    try:
        if found := WITHOUT_YEAR.fullmatch(text):
            return date(LEAP_YEAR, int(found[1]), int(found[2])), True
        if DAY_OF_YEAR.fullmatch(text):
            read = date.fromisoformat(text)
        else:
            moment = datetime.fromisoformat(text)
            read = (moment.astimezone(zone) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        return None
    return (read, False) if FIRST_YEAR <= read.year <= LAST_YEAR else None
