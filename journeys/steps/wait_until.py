"""Hold a customer until a time of day, where the customer lives."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Self

from django.utils.translation import gettext_noop as _
from pydantic import Field, model_validator

from config.localtime import moment_of, next_moment
from journeys.localtime import LocalTime
from journeys.step import Advance, Moment, Outcome, Step, WaitUntil, by

DAY = timedelta(days=1)


class Weekday(StrEnum):
    """The days of the week, Monday first."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


WEEK = tuple(Weekday)


class WaitUntilTime(Step):
    """Wait for the next `at` on one of `weekdays`, by the clocks of the customer's own time zone.

    The next one is strictly after the customer came here, so that a loop passes once per local date. Instead,
    with `from` and `to`, go on at once within these hours of such a day, else when they begin next; hours
    that pass midnight belong to the day on which they begin.
    """

    kind = "wait_until"
    fresh = {"at": "09:00"}

    at: LocalTime | None = None
    starts: LocalTime | None = Field(None, alias="from")
    ends: LocalTime | None = Field(None, alias="to")
    weekdays: Annotated[tuple[Weekday, ...], by("weekdays")] = Field(WEEK, min_length=1)

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.starts is None) != (self.ends is None) or (self.at is None) == (self.starts is None):
            raise ValueError(_("give either 'at', or 'from' and 'to'"))
        if self.starts is not None and self.starts == self.ends:
            raise ValueError(_("'from' and 'to' are the same time: no hours lie between them"))
        return self

    @property
    def pauses(self) -> bool:
        """For a time of day; within hours, no time passes."""
        return self.at is not None

    @property
    def reads_zone(self) -> bool:
        """Always."""
        return True

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(WEEK.index(day) for day in self.weekdays)

    def decide(self, moment: Moment) -> Outcome:
        """Go on once the customer's clocks have shown that time, or lie within the hours."""
        begins = self.at or self.starts
        assert begins is not None  # noqa: S101 - the settings have one of them
        if self._is_open(moment):
            return Advance()
        until = next_moment(moment.reached_at, begins, self._numbers, moment.zone)
        return Advance() if moment.now >= until else WaitUntil(until)

    def _is_open(self, moment: Moment) -> bool:
        """Whether the hours of today, or those that began yesterday, had begun and not ended on arrival."""
        if self.starts is None or self.ends is None:
            return False
        reached_at: datetime = moment.reached_at.astimezone(UTC)
        today = reached_at.astimezone(moment.zone).date()
        for day in (today - DAY, today):
            start = moment_of(day, self.starts, moment.zone)
            end = moment_of(day if self.starts < self.ends else day + DAY, self.ends, moment.zone)
            if day.weekday() in self._numbers and start and end and start <= reached_at < end:
                return True
        return False
