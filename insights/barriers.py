"""Barriers: stages in which more customers than expected have stood for longer than usual.

What is expected comes from the year before the time that is looked at: how long stays that began in that
year lasted, with those that had not ended by then counted as not ended (survival.py). For each customer who
stood in the stage at the beginning of the time, or came within it, S(age now) / S(age at the beginning) is
the chance to stand there still. The expected number is the sum of these chances p, its variance the sum of
p (1 - p). A way onward is a barrier where fewer than expected took it; the chance that a customer does is
what the year before says of those who still stood there at that age.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import inf, sqrt
from typing import Any

from django.db import connection

from config.localtime import DAY
from customers.models import Stage
from insights.survival import Survival, incidence, survival

YEAR = 365 * DAY
CLEAR = 2.0  # standard deviations beyond which chance is no good reason
# Of stays that ended before %(begin)s how long they lasted; of the others how long ago their customers came.
LEFT = """
    SELECT from_stage_id, to_stage_id, true, lasted, count(*) FROM customers_stagemove
    WHERE moved_at >= %(year)s AND moved_at < %(begin)s AND from_since >= %(year)s GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT from_stage_id, to_stage_id, false, stay_lasted(from_since, %(now)s), count(*)
    FROM customers_stagemove
    WHERE moved_at >= %(begin)s AND moved_at < %(now)s AND from_since IS NOT NULL GROUP BY 1, 2, 3, 4
"""
STAND = """
    SELECT stage_id, stay_lasted(stage_since, %(now)s), count(*) FROM customers_customer
    WHERE stage_since <= %(now)s GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Onward:
    """The way from a stage to a later one: how many took it in the time, and how many were expected to."""

    end: Stage
    went: int
    expected: float
    deviation: float

    @property
    def missing(self) -> float:
        """How many fewer than expected."""
        return self.expected - self.went

    @property
    def margin(self) -> float:
        """How far from the expected number chance alone may well lead."""
        return CLEAR * self.deviation

    @property
    def is_barrier(self) -> bool:
        """Whether chance is no good reason for those who are missing."""
        return self.missing > self.margin


@dataclass(frozen=True)
class Barrier:
    """One stage: how many stand there, how many of them longer than `usual`, and how many were expected to.

    `usual` is the median of the year before, None where less than half of its stays were seen to end: then
    nothing is expected. `earlier` is how many stays of that year it comes from. `onward`: the ways to later
    stages that were taken, then or now.
    """

    stage: Stage
    standing: int
    usual: timedelta | None
    beyond: int
    expected: float
    deviation: float
    earlier: int
    onward: list[Onward]

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

    led: dict[int, Counter[int]]  # ended before the beginning, by where they led: how long they had lasted
    went: dict[int, Counter[int]]  # ended since the beginning, by where they led: how long ago they began
    here: Counter[int]  # go on: how long ago they began

    @cached_property
    def lasted(self) -> Counter[int]:
        """Ended before the beginning."""
        return sum(self.led.values(), Counter())

    @cached_property
    def since(self) -> Counter[int]:
        """Who could leave within the time: they stood there when it began, or came since."""
        return sum(self.went.values(), self.here)


def barriers(now: datetime, days: int = 90) -> list[Barrier]:
    """Each of the seven stages as it stands now, compared with the year before the last `days` days."""
    ages = _ages(now, days)
    stages = {stage.number: stage for stage in Stage.objects.order_by("number")}
    return [_barrier(stage, ages[number], days, stages) for number, stage in stages.items()]


def told(found: Iterable[Barrier]) -> list[Any]:
    """As JSON, to be kept."""
    return [
        asdict(one)
        | {
            "stage": one.stage.number,
            "usual": one.usual.total_seconds() if one.usual else None,
            "onward": [asdict(way) | {"end": way.end.number} for way in one.onward],
        }
        for one in found
    ]


def heard(said: Iterable[Any]) -> list[Barrier]:
    """Barriers that were `told`."""
    stages = {stage.number: stage for stage in Stage.objects.all()}
    return [
        Barrier(
            **one
            | {
                "stage": stages[one["stage"]],
                "usual": timedelta(seconds=one["usual"]) if one["usual"] is not None else None,
                "onward": [Onward(**way | {"end": stages[way["end"]]}) for way in one["onward"]],
            }
        )
        for one in said
    ]


def _ages(now: datetime, days: int) -> dict[int, Ages]:
    begin = now - days * DAY
    moments = {"now": now, "begin": begin, "year": begin - YEAR}
    found = {number: Ages({}, {}, Counter()) for number in range(1, 8)}
    with connection.cursor() as cursor:
        cursor.execute(LEFT, moments)
        for stage, end, is_before, age, count in cursor.fetchall():
            ways = found[stage].led if is_before else found[stage].went
            ways.setdefault(end, Counter())[age] += count
        cursor.execute(STAND, moments)
        for stage, age, count in cursor.fetchall():
            if stage is not None:
                found[stage].here[age] += count
    return found


def _barrier(stage: Stage, ages: Ages, days: int, stages: Mapping[int, Stage]) -> Barrier:
    window = int((days * DAY).total_seconds())
    open_then = _open_then(ages, window)
    usual = survival(ages.lasted, open_then)
    onward = [
        _onward(stages[end], ages, usual, open_then, window)
        for end in sorted({*ages.led, *ages.went})
        if end > stage.number
    ]
    median = usual.quantile(0.5)
    if median is None:
        return Barrier(stage, ages.here.total(), None, 0, 0.0, 0.0, usual.size, onward)
    limit = median.total_seconds()
    since = {age: count for age, count in ages.since.items() if age > limit}
    expected, deviation = _sum({age: _chance(usual, age, window) for age in since}, since)
    beyond = sum(count for age, count in ages.here.items() if age > limit)
    return Barrier(stage, ages.here.total(), median, beyond, expected, deviation, usual.size, onward)


def _onward(end: Stage, ages: Ages, usual: Survival, open_then: Counter[int], window: int) -> Onward:
    """How many took the way, and how many should have by what the year before led to."""
    taken = ages.led.get(end.number, Counter())
    led = incidence(taken, ages.lasted - taken, open_then)
    chances = {}
    for age in ages.since:
        before = max(0, age - window)
        lasting = usual.after(before)
        chances[age] = (led.by(age) - led.by(before)) / lasting if lasting else 0.0
    went = ages.went.get(end.number, Counter()).total()
    return Onward(end, went, *_sum(chances, ages.since))


def _sum(chances: Mapping[int, float], counts: Mapping[int, int]) -> tuple[float, float]:
    """The expected number of those to whom it happens, and its standard deviation."""
    expected = sum(counts[age] * chance for age, chance in chances.items())
    return expected, sqrt(sum(counts[age] * chance * (1 - chance) for age, chance in chances.items()))


def _open_then(ages: Ages, window: int) -> Counter[int]:
    """Stays that began in the year before the window and went on when it began: their ages then."""
    year = int(YEAR.total_seconds())
    found: Counter[int] = Counter()
    for age, count in ages.since.items():
        if window <= age < window + year:
            found[age - window] += count
    return found


def _chance(usual: Survival, age: int, window: int) -> float:
    """That who stood there when the window began, or came since, stands there still; 0 where nobody did."""
    before = usual.after(max(0, age - window)) if age > window else 1.0
    return usual.after(age) / before if before else 0.0
