"""Barriers: stages in which more customers than expected have stood for longer than usual.

What is expected comes from the year before the time that is looked at: how long stays that began in that
year lasted, with those that had not ended by then counted as not ended (survival.py). For each customer who
stood in the stage at the beginning of the time, or came within it, S(age now) / S(age at the beginning) is
the chance to stand there still. The expected number is the sum of these chances p, its variance the sum of
p (1 - p).
"""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf, sqrt

from django.db import connection

from config.localtime import DAY
from customers.models import Stage
from insights.survival import Survival, survival

YEAR = 365 * DAY
CLEAR = 2.0  # standard deviations beyond which chance is no good reason
# Of stays that ended before %(begin)s how long they lasted; of the others how long ago their customers came.
LEFT = """
    SELECT from_stage_id, true, lasted, count(*) FROM customers_stagemove
    WHERE moved_at >= %(year)s AND moved_at < %(begin)s AND from_since >= %(year)s GROUP BY 1, 2, 3
    UNION ALL
    SELECT from_stage_id, false, stay_lasted(from_since, %(now)s), count(*) FROM customers_stagemove
    WHERE moved_at >= %(begin)s AND moved_at < %(now)s AND from_since IS NOT NULL GROUP BY 1, 2, 3
"""
STAND = """
    SELECT stage_id, stay_lasted(stage_since, %(now)s), count(*) FROM customers_customer
    WHERE stage_since <= %(now)s GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Barrier:
    """One stage: how many stand there, how many of them longer than `usual`, and how many were expected to.

    `usual` is the median of the year before, None where less than half of its stays were seen to end: then
    nothing is expected. `earlier` is how many stays of that year it comes from.
    """

    stage: Stage
    standing: int
    usual: timedelta | None
    beyond: int
    expected: float
    deviation: float
    earlier: int

    @property
    def excess(self) -> float:
        """How many more than expected."""
        return self.beyond - self.expected

    @property
    def score(self) -> float:
        """The excess in standard deviations."""
        if self.deviation:
            return self.excess / self.deviation
        return inf if self.excess > 0 else 0.0

    @property
    def margin(self) -> float:
        """How far from the expected number chance alone may well lead."""
        return CLEAR * self.deviation

    @property
    def minutes(self) -> int:
        """The usual time, as the list of customers takes it."""
        return int(self.usual.total_seconds() // 60) if self.usual else 0

    @property
    def is_barrier(self) -> bool:
        """Whether chance is no good reason for the excess."""
        return self.usual is not None and self.score > CLEAR


@dataclass(frozen=True)
class Ages:
    """Stays of one stage by seconds: those of the year before, and those of the time that is looked at."""

    lasted: Counter[int]  # ended before the beginning: how long they had lasted
    gone: Counter[int]  # ended since the beginning: how long ago they began
    here: Counter[int]  # go on: how long ago they began


def barriers(now: datetime, days: int = 90) -> list[Barrier]:
    """Each of the seven stages as it stands now, compared with the year before the last `days` days."""
    ages = _ages(now, days)
    return [_barrier(stage, ages[stage.number], days) for stage in Stage.objects.order_by("number")]


def _ages(now: datetime, days: int) -> dict[int, Ages]:
    begin = now - days * DAY
    moments = {"now": now, "begin": begin, "year": begin - YEAR}
    found = {number: Ages(Counter(), Counter(), Counter()) for number in range(1, 8)}
    with connection.cursor() as cursor:
        cursor.execute(LEFT, moments)
        for stage, is_before, age, count in cursor.fetchall():
            (found[stage].lasted if is_before else found[stage].gone)[age] += count
        cursor.execute(STAND, moments)
        for stage, age, count in cursor.fetchall():
            if stage is not None:
                found[stage].here[age] += count
    return found


def _barrier(stage: Stage, ages: Ages, days: int) -> Barrier:
    window = int((days * DAY).total_seconds())
    usual, earlier = _usual(ages, window)
    median = usual.quantile(0.5)
    if median is None:
        return Barrier(stage, ages.here.total(), None, 0, 0.0, 0.0, earlier)
    limit = median.total_seconds()
    expected = variance = 0.0
    for age, count in (ages.here + ages.gone).items():
        if age > limit:
            chance = _chance(usual, age, window)
            expected += count * chance
            variance += count * chance * (1 - chance)
    beyond = sum(count for age, count in ages.here.items() if age > limit)
    return Barrier(stage, ages.here.total(), median, beyond, expected, sqrt(variance), earlier)


def _usual(ages: Ages, window: int) -> tuple[Survival, int]:
    """How long stays that began in the year before the window lasted; and how many there were."""
    year = int(YEAR.total_seconds())
    open_then: Counter[int] = Counter()
    for age, count in (ages.here + ages.gone).items():
        if window <= age < window + year:
            open_then[age - window] += count
    found = survival(ages.lasted, open_then)
    return found, found.size


def _chance(usual: Survival, age: int, window: int) -> float:
    """That who stood there when the window began, or came since, stands there still; 0 where nobody did."""
    before = usual.after(max(0, age - window)) if age > window else 1.0
    return usual.after(age) / before if before else 0.0
