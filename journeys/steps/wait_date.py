"""Hold a customer until a date: one given, or one of the customer or of the entering event."""

import re
from datetime import UTC, date, datetime, time
from typing import Annotated, Literal, Self

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from config.localtime import DAY, moment_of
from journeys.localtime import LocalTime
from journeys.span import Span
from journeys.step import NEXT, Advance, DateOf, Moment, Outcome, Step, WaitUntil, by

PASSED, MISSING = "passed", "missing"
MIDNIGHT = time(0)
DATE = re.compile(r"\d{4}-\d\d-\d\d")


class Shift(BaseModel):
    """So long before or after."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    span: Span
    way: Literal["before", "after"]


class WaitDate(Step):
    """Wait until a date, or so long before or after it, at `at` by the customer's clocks if given.

    `on` is a date or moment; else `trait` or `property` is the path of one. A date without a time begins at
    midnight where the customer lives. `passed`: it was over when the customer came here, or has been moved to
    before that; `missing`: there is no such date. What it says is looked up again when the time has come.
    """

    kind = "wait_date"
    fresh = {"trait": "", "at": "09:00"}

    on: Annotated[date | datetime | None, by("date")] = None
    trait: Annotated[str, by("trait")] = Field(
        "", max_length=200, pattern=r"^[^\x00]*$", description=_("Path of a trait of the customer.")
    )
    of_event: Annotated[str, by("property")] = Field(
        "",
        alias="property",
        max_length=200,
        pattern=r"^[^\x00]*$",
        description=_("Path of a property of the event."),
    )
    shift: Shift | None = None
    at: LocalTime | None = None

    @field_validator("on", mode="before")
    @classmethod
    def _is_written_out(cls, on: object) -> object:
        if on is None or isinstance(on, date):
            return on
        found = read_date(on) if isinstance(on, str) else None
        if found is None:
            raise ValueError(_("is no date: write 2026-12-24 or 2026-12-24T18:00:00+01:00"))
        return found

    @model_validator(mode="after")
    def _is_one_date(self) -> Self:
        if (self.on is not None) + bool(self.trait) + bool(self.of_event) != 1:
            raise ValueError(_("give exactly one of: on, trait, property"))
        return self

    @property
    def branches(self) -> tuple[str, ...]:
        """It came; it was over; there is none."""
        return (NEXT, PASSED) if self.on else (NEXT, PASSED, MISSING)

    @property
    def reads_zone(self) -> bool:
        """Always: dates are local."""
        return True

    @property
    def date_of(self) -> DateOf | None:
        """The trait or the property."""
        if self.on:
            return None
        return DateOf("customer", self.trait) if self.trait else DateOf("event", self.of_event)

    def decide(self, moment: Moment) -> Outcome:
        """Go on once it has come."""
        day = self.on or read_date(moment.date)
        if day is None:
            return Advance(MISSING)
        try:
            until = self._moment(day, moment)
        except (OverflowError, ValueError):  # a year that no calendar has
            return Advance(MISSING)
        if until <= moment.reached_at:
            return Advance(PASSED)
        return Advance() if moment.now >= until else WaitUntil(until)

    def _moment(self, day: date | datetime, moment: Moment) -> datetime:
        """When it is, for this customer."""
        zone = moment.zone
        if isinstance(day, datetime):
            found = day.astimezone(UTC) if day.tzinfo else _local(day.date(), day.time(), moment)
        else:
            found = _local(day, MIDNIGHT, moment)
        if self.shift:
            by, way = self.shift.span, self.shift.way
            found = by.before(found, zone) if way == "before" else by.after(found, zone)
        return _local(found.astimezone(zone).date(), self.at, moment) if self.at else found


def _local(day: date, at: time, moment: Moment) -> datetime:
    """That local time; on the next day where the zone skips this one."""
    while (found := moment_of(day, at, moment.zone)) is None:
        day += DAY
    return found


def read_date(text: str) -> date | datetime | None:
    """A date, or a date and time, as ISO 8601 writes it; None where it is none."""
    try:
        return date.fromisoformat(text) if DATE.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        return None
