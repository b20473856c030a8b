"""The stretch of time that a page looks back on. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

CHOICES = {7: _("7 days"), 30: _("30 days"), 365: _("a year")}
USUAL = 30
LONGEST = 3660


@dataclass(frozen=True)
class Period:
    """The last `days` days before `end`."""

    days: int
    end: datetime

    @classmethod
    def of(cls, asked: str | None, now: datetime) -> "Period":
        """The period that is asked for by its days; the usual one for anything else."""
        days = int(asked) if asked and asked.isascii() and asked.isdigit() and len(asked) < 4 else USUAL  # noqa: PLR2004
        return cls(days if days in CHOICES else USUAL, now)

    @classmethod
    def between(cls, asked: Mapping[str, str], now: datetime, zone: tzinfo) -> "Period":
        """The `chosen` days; where they are none, as `of` the asked `days`."""
        return cls.chosen(asked, zone) or cls.of(asked.get("days"), now)

    @classmethod
    def chosen(cls, asked: Mapping[str, str], zone: tzinfo) -> "Period | None":
        """From the day `from` to the day `to`, both whole; None where they are none, or too many."""
        try:
            first, last = (date.fromisoformat(asked.get(name, "")) for name in ("from", "to"))
            start, end = (datetime.combine(day, time.min, zone) for day in (first, last + timedelta(days=1)))
        except (ValueError, OverflowError):
            return None
        days = (end.date() - start.date()).days
        return cls(days, end) if 0 < days <= LONGEST else None

    @property
    def start(self) -> datetime:
        """Where it begins."""
        return self.end - timedelta(days=self.days)

    @property
    def label(self) -> str:
        """Its name, as in "in the last 30 days"."""
        if self.days in CHOICES:
            return str(CHOICES[self.days])
        return ngettext("%(count)d day", "%(count)d days", self.days) % {"count": self.days}

    @property
    def choices(self) -> list[tuple[int, str, bool]]:
        """Days, name and whether it is this one, of each that can be chosen."""
        return [(days, str(name), days == self.days) for days, name in CHOICES.items()]
