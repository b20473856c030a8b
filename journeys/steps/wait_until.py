"""Hold a customer until a time of day, where the customer lives."""

from datetime import time
from enum import StrEnum
from functools import cached_property

from pydantic import Field, field_validator

from config.localtime import next_moment
from journeys.step import Advance, Moment, Outcome, Step, WaitUntil


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

    The next one is strictly after the customer came here, so that a loop passes once per local date.
    """

    kind = "wait_until"
    pauses = True
    reads_zone = True

    at: time
    weekdays: tuple[Weekday, ...] = Field(WEEK, min_length=1)

    @field_validator("at")
    @classmethod
    def _is_local(cls, at: time) -> time:
        if at.tzinfo is not None:
            raise ValueError("is a local time, such as 09:00, without a time zone")
        return at

    @cached_property
    def _numbers(self) -> frozenset[int]:
        return frozenset(WEEK.index(day) for day in self.weekdays)

    def decide(self, moment: Moment) -> Outcome:
        """Go on once the customer's clocks have shown that time."""
        until = next_moment(moment.reached_at, self.at, self._numbers, moment.zone)
        return Advance() if moment.now >= until else WaitUntil(until)
