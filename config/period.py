"""The stretch of time that a page looks back on. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

CHOICES = {7: _("7 days"), 30: _("30 days"), 365: _("a year")}
USUAL = 30


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

    @property
    def start(self) -> datetime:
        """Where it begins."""
        return self.end - timedelta(days=self.days)

    @property
    def label(self) -> str:
        """Its name, as in "in the last 30 days"."""
        return str(CHOICES[self.days])

    @property
    def choices(self) -> list[tuple[int, str, bool]]:
        """Days, name and whether it is this one, of each that can be chosen."""
        return [(days, str(name), days == self.days) for days, name in CHOICES.items()]
