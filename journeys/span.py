"""Lengths of time in journeys: days, weeks and months by the calendar, hours and less by the watch. Pure.

`P1D` is the same local time tomorrow, `PT24H` is 24 hours: over a change of the clocks they differ.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Annotated, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import Field, GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from config.localtime import DAY, moment_of

SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=366 * 5)
DAYS_OF_MONTH = 30  # to compare lengths
ISO = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,8})M)?(?:(?P<seconds>\d{1,9}(?:\.\d{1,6})?)S)?)?"
)
WRONG = _("is no length of time: write an ISO 8601 duration such as P1D (1 day) or PT24H (24 hours)")
ELAPSED: TypeAdapter[timedelta] = TypeAdapter(timedelta)
Elapsed = Annotated[timedelta, Field(ge=SHORTEST, le=LONGEST)]  # a length that is by the watch alone


@dataclass(frozen=True, slots=True)
class Span:
    """So many months and days by the calendar of a zone, then so much elapsed time."""

    months: int = 0
    days: int = 0
    elapsed: timedelta = timedelta(0)

    @classmethod
    def parse(cls, text: str) -> "Span":
        """The span of an ISO 8601 duration; ValueError where it is none."""
        found = ISO.fullmatch(text)
        if found is None or text == "P":
            raise ValueError(f"{text!r} {gettext(WRONG)}")
        said = {unit: float(value or 0) for unit, value in found.groupdict().items()}
        clock = timedelta(hours=said["hours"], minutes=said["minutes"], seconds=said["seconds"])
        return cls(
            int(said["years"]) * 12 + int(said["months"]), int(said["weeks"]) * 7 + int(said["days"]), clock
        )

    @property
    def is_wall(self) -> bool:
        """Whether it depends on a zone."""
        return bool(self.months or self.days)

    @property
    def about(self) -> timedelta:
        """About how long it is, whatever the date: to compare spans."""
        return timedelta(days=self.months * DAYS_OF_MONTH + self.days) + self.elapsed

    def after(self, start: datetime, zone: tzinfo) -> datetime:
        """The moment that lies this span after `start`, in UTC.

        The 31st of a month that has none is its last day. A local time that the clocks skip is the first
        moment after the gap, one that comes twice is the first of the two.
        """
        return self._from(start, zone, 1)

    def before(self, start: datetime, zone: tzinfo) -> datetime:
        """The moment that lies this span before `start`, likewise."""
        return self._from(start, zone, -1)

    def _from(self, start: datetime, zone: tzinfo, sign: int) -> datetime:
        if not self.is_wall:
            return start.astimezone(UTC) + sign * self.elapsed
        local = start.astimezone(zone)
        day = _months_later(local.date(), sign * self.months) + timedelta(days=sign * self.days)
        while (moment := moment_of(day, local.time(), zone)) is None:  # a date that the zone skips whole
            day += DAY
        return moment + sign * self.elapsed

    def __str__(self) -> str:
        """As ISO 8601."""
        dates = "".join(f"{value}{unit}" for value, unit in ((self.months, "M"), (self.days, "D")) if value)
        minutes, seconds = divmod(self.elapsed, timedelta(minutes=1))
        hours, minutes = divmod(minutes, 60)
        left = f"{seconds.total_seconds():g}"
        clock = "".join(f"{value}{unit}" for value, unit in ((hours, "H"), (minutes, "M")) if value)
        clock += f"{left}S" if seconds else ""
        return f"P{dates}{'T' if clock else ''}{clock}" if dates or clock else "PT0S"

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        """Read from ISO 8601, or from a number of seconds; written as ISO 8601."""
        return core_schema.no_info_plain_validator_function(
            _checked, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """A duration, and how the two kinds are told apart."""
        said = _("P1D, P2W, P1M: the same local time, days later. PT24H, PT30M: elapsed time.")
        return {"type": "string", "format": "duration", "description": said}


def _checked(value: Any) -> Span:
    span = _read(value)
    if not SHORTEST <= span.about <= LONGEST:
        words = gettext("is %(span)s; a length of time lies between a second and five years")
        raise ValueError(words % {"span": span})
    return span


def _read(value: Any) -> Span:
    if isinstance(value, Span):
        return value
    if isinstance(value, str) and value.startswith("P"):
        return Span.parse(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float | timedelta):
        raise ValueError(WRONG)  # noqa: TRY004 - pydantic tells a ValueError
    try:
        return Span(elapsed=ELAPSED.validate_python(value))  # as older graphs write it: 3600, 01:00:00
    except ValueError:
        raise ValueError(f"{value!r} {gettext(WRONG)}") from None


def _months_later(day: date, months: int) -> date:
    if not months:
        return day
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
