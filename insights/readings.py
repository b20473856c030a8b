"""What takes too long to find out while a page waits: found out by a sweep, kept, and told with its time.

A reading is small JSON, whatever the installation's size. `READERS` says how each is taken, and how often.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from channels.pressure import CapPressure, cap_pressure
from config.tally import HOUR
from insights import barriers, cohorts
from insights.barriers import Barrier
from insights.cohorts import Cohort
from insights.models import Reading

PERIOD = 90  # days that home's barriers look back on
WINDOWS = (30, PERIOD, 180)
WITHIN = (0, 7, 30, 90)  # days within which stages are reached; 0: until now
MONTHS = 12


def read_pressure(now: datetime) -> Any:
    """Of each cap how many customers have used it up."""
    return [list(cap) for cap in cap_pressure(now)]


def read_barriers(days: int, now: datetime) -> Any:
    """Each stage as it stands, compared with the year before so many days."""
    return barriers.told(barriers.barriers(now, days))


def read_cohorts(days: int, now: datetime) -> Any:
    """The last year's cohorts, with who reached what within so many days; 0: until now."""
    return cohorts.told(cohorts.cohorts(now, MONTHS, timedelta(days=days) if days else None))


@dataclass(frozen=True)
class Reader:
    """How a reading is taken, and after how long it is to be taken again."""

    take: Callable[[datetime], Any]
    every: timedelta


READERS: Mapping[str, Reader] = {
    "pressure": Reader(read_pressure, timedelta(minutes=5)),
    **{f"barriers_{days}": Reader(partial(read_barriers, days), HOUR) for days in WINDOWS},
    **{f"cohorts_{days}": Reader(partial(read_cohorts, days), HOUR) for days in WITHIN},
}


def take_readings(now: datetime) -> int:
    """Take each reading that is due; returns 0, for nothing is left to do."""
    taken = {row.name: row for row in Reading.objects.all()}
    for name, reader in READERS.items():
        row = taken.get(name)
        # One from ahead is of a clock that was set back.
        if row is None or not now - reader.every < row.taken_at <= now:
            found = reader.take(now)
            Reading.objects.update_or_create(name=name, defaults={"taken_at": now, "found": found})
    return 0


def barriers_read(days: int, now: datetime) -> tuple[datetime, list[Barrier]]:
    """When they were found out, and each stage; `days` is one of WINDOWS."""
    taken_at, found = _last(f"barriers_{days}", now)
    return taken_at, barriers.heard(found)


def cohorts_read(days: int, now: datetime) -> tuple[datetime, list[Cohort]]:
    """When they were found out, and the last year's cohorts; `days` is one of WITHIN."""
    taken_at, found = _last(f"cohorts_{days}", now)
    return taken_at, cohorts.heard(found)


def _last(name: str, now: datetime) -> tuple[datetime, Any]:
    """The last reading; where none was taken yet, what it would find."""
    row = Reading.objects.filter(name=name, taken_at__lte=now).first()
    return (row.taken_at, row.found) if row else (now, READERS[name].take(now))


class Pressure(NamedTuple):
    """How many customers stand at each cap, and when that was found out."""

    taken_at: datetime
    caps: list[CapPressure]


def pressure() -> Pressure | None:
    """None: not found out yet."""
    row = Reading.objects.filter(name="pressure").first()
    return Pressure(row.taken_at, [CapPressure(*cap) for cap in row.found]) if row else None


def barriers_found() -> list[Barrier]:
    """The stages that are barriers, as the last reading of them says."""
    row = Reading.objects.filter(name=f"barriers_{PERIOD}").first()
    return [one for one in barriers.heard(row.found) if one.is_barrier] if row else []
