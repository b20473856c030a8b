"""All members of a segment, at a moment or again and again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cached_property
from itertools import islice, pairwise
from typing import Annotated

from dateutil import rrule as recurrence
from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _
from pydantic import AwareDatetime, Field, NaiveDatetime, field_validator, model_validator

from config.localtime import moment_of, zone_of
from journeys.entry import Entry, Members, Policy, Slug, Trigger
from journeys.step import by

PARTS = {"BYDAY", "BYHOUR", "BYMINUTE", "BYMONTH", "BYMONTHDAY", "BYSETPOS", "BYWEEKNO", "BYYEARDAY", "WKST"}
OFTEN = {"HOURLY": PARTS - {"BYMONTHDAY", "BYMONTH", "BYWEEKNO", "BYYEARDAY", "BYSETPOS"}}
KINDS = {"HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"}
FARTHEST = timedelta(days=366 * 9)  # a 29 February comes within it
FIRST_YEAR, LAST_YEAR = 2000, 2200
LOOKED_AT = 500  # runs whose distance is looked at
HOUR = timedelta(hours=1)
MOST_INTERVAL = 1000


class ScheduleTrigger(Trigger):
    """Once at `at`; or by `rrule` (RFC 5545) from `begins` on, local times of `zone` (empty: the brand's)."""

    kind = "schedule"
    fresh = {"rrule": "FREQ=WEEKLY;BYDAY=MO", "begins": ""}
    is_timely = True

    segment: Annotated[Slug, by("segment")]
    at: AwareDatetime | None = None
    rrule: Annotated[str, by("rrule")] = Field(
        "", max_length=300, description=_("Such as FREQ=WEEKLY;BYDAY=MO,TH")
    )
    begins: Annotated[NaiveDatetime | None, by("moment:local")] = Field(
        None, description=_("Local date and time of the first run.")
    )
    zone: Annotated[str, by("zone")] = Field("", max_length=64, description=_("Empty: the brand's."))
    entry: Entry = Entry(policy=Policy.AGAIN)

    @field_validator("zone")
    @classmethod
    def _is_known(cls, zone: str) -> str:
        if zone and str(zone_of(zone, "UTC")) != zone:
            words = gettext("there is no time zone '%(zone)s'; write an IANA name such as Europe/Rome")
            raise ValueError(words % {"zone": zone})
        return zone

    @field_validator("begins")
    @classmethod
    def _is_within_reason(cls, begins: datetime | None) -> datetime | None:
        if begins and not FIRST_YEAR <= begins.year <= LAST_YEAR:
            words = gettext("lies between the years %(first)d and %(last)d")
            raise ValueError(words % {"first": FIRST_YEAR, "last": LAST_YEAR})
        return begins

    @field_validator("rrule")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        if text:
            _check(_parts(text))
        return text

    @model_validator(mode="after")
    def _fits(self) -> "ScheduleTrigger":
        if (self.at is None) == (not self.rrule):
            raise ValueError(_("'at' (once) or 'rrule' (again and again) is needed, and not both"))
        if bool(self.rrule) != (self.begins is not None):
            raise ValueError(_("'begins' goes with an 'rrule': the local date and time of the first run"))
        if self.rrule:
            self._check_runs()
        return self

    def _check_runs(self) -> None:
        runs = list(islice(self._local_runs(self._begins), LOOKED_AT))
        if not runs:
            raise ValueError(_("the 'rrule' has no run at all: no date fits it"))
        if any(later - earlier < HOUR for earlier, later in pairwise(runs)):
            raise ValueError(_("the 'rrule' runs more often than hourly; once an hour is the most"))

    @property
    def segments(self) -> dict[str, str]:
        """Whose members enter."""
        return {"segment": self.segment}

    @property
    def members(self) -> Members:
        """Of the segment."""
        return Members(segment=self.segment)

    def next_start(self, last: datetime | None, now: datetime) -> datetime | None:
        """The next run after `last` that lies ahead: those that were missed together are one."""
        if self.at is not None:
            return self.at if last is None and self.at >= now else None
        zone = zone_of(self.zone, settings.BRAND_TIME_ZONE)
        latest = max(last or now, now)
        for run in self._local_runs(latest.astimezone(zone).replace(tzinfo=None) - timedelta(days=1)):
            at = moment_of(run.date(), run.time(), zone)
            if at is not None and at > latest:
                return at
        return None

    def _local_runs(self, since: datetime) -> Iterator[datetime]:
        """The runs from `since` on, by the clocks of the zone, some years ahead."""
        until = max(since, self._begins) + FARTHEST
        runs = iter(self._rule.replace(dtstart=self._anchor(since), until=until))
        count = int(self._count) if self._count else None
        return (
            run for run in islice(runs, count) if since <= run and (not self._until or run <= self._until)
        )

    def _anchor(self, since: datetime) -> datetime:
        """From where the runs are gone through: hours are many, and those before `since` need not be."""
        parts = _parts(self.rrule)
        if parts["FREQ"] != "HOURLY" or self._count or since <= self._begins:
            return self._begins
        step = HOUR * int(parts.get("INTERVAL", "1"))
        return self._begins + (since - self._begins) // step * step

    @property
    def _begins(self) -> datetime:
        return self.begins or datetime.min  # noqa: DTZ901 - local by design; with an rrule there is one

    @cached_property
    def _rule(self) -> recurrence.rrule:
        parts = {name: value for name, value in _parts(self.rrule).items() if name not in {"COUNT", "UNTIL"}}
        text = ";".join(f"{name}={value}" for name, value in parts.items())
        rule = recurrence.rrulestr(text, dtstart=self._begins)
        assert isinstance(rule, recurrence.rrule)  # noqa: S101 - one line of known parts
        return rule

    @property
    def _count(self) -> str:
        return _parts(self.rrule).get("COUNT", "")

    @property
    def _until(self) -> datetime | None:
        until = _parts(self.rrule).get("UNTIL", "")
        return _local(until) if until else None


def _parts(text: str) -> dict[str, str]:
    """The parts of a rule by their names."""
    parts = [part.partition("=") for part in text.upper().strip(";").split(";")]
    return {name: value for name, _, value in parts}


def _local(text: str) -> datetime:
    for form in ("%Y%m%dT%H%M%S", "%Y%m%d"):
        try:
            read = datetime.strptime(text, form)  # noqa: DTZ007 - local by design
        except ValueError:
            continue
        return read.replace(hour=23, minute=59, second=59) if form == "%Y%m%d" else read
    raise ValueError(_("UNTIL is a local date or time, such as 20261231 or 20261231T180000"))


def _check(parts: dict[str, str]) -> None:
    """ValueError for what is no rule, or one that can't be meant."""
    how_often = parts.get("FREQ", "")
    if how_often not in KINDS:
        words = gettext("FREQ is one of %(kinds)s: 'FREQ=WEEKLY;BYDAY=MO,TH'")
        raise ValueError(words % {"kinds": ", ".join(sorted(KINDS))})
    known = OFTEN.get(how_often, PARTS) | {"FREQ", "INTERVAL", "COUNT", "UNTIL"}
    if strange := sorted(parts.keys() - known):
        words = gettext("'%(part)s' is not possible here; possible are: %(known)s")
        raise ValueError(words % {"part": strange[0], "known": ", ".join(sorted(known))})
    for name in ("INTERVAL", "COUNT"):
        value = parts.get(name, "1")
        if not (value.isascii() and value.isdigit() and 0 < int(value[:9]) <= MOST_INTERVAL):
            words = gettext("%(name)s is a number from 1 to %(most)d")
            raise ValueError(words % {"name": name, "most": MOST_INTERVAL})
    if "UNTIL" in parts:
        _local(parts["UNTIL"])
    rest = ";".join(f"{name}={value}" for name, value in parts.items() if name not in {"COUNT", "UNTIL"})
    try:
        recurrence.rrulestr(rest, dtstart=datetime(2026, 1, 1))  # noqa: DTZ001 - local by design
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError) as error:
        raise ValueError(gettext("can't be read as a rule: %(why)s") % {"why": error}) from None
