"""The flow between stages over any period: how many went from where to where, and after how long.

Off the tally of stays, whose lines are fewer than the moves: whole days; what is left of a day off its moves.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from customers.models import Stage
from customers.stages import stage_counts
from customers.tallies import Lasted, ended_stays


@dataclass(frozen=True)
class Transition:
    """Moves from one stage (None: the first stage that somebody found) to another within the period.

    `share` is the part of all stays in the first one, whether they ended in the period or go on, that ended
    with this move; None where nobody stayed before. `median` is how long these stays lasted.
    """

    start: Stage | None
    end: Stage
    moves: int
    stays: int
    median: timedelta | None

    @property
    def is_back(self) -> bool:
        """Whether it leads back to an earlier stage."""
        return self.start is not None and self.end.number < self.start.number


@dataclass(frozen=True)
class Stay:
    """One stage in the period: how many came, left and stand there at its end; how long stays lasted."""

    stage: Stage
    came: int
    left: int
    standing: int
    lower: timedelta | None
    median: timedelta | None
    upper: timedelta | None


@dataclass(frozen=True)
class FlowReport:
    """All that moved in a period."""

    transitions: list[Transition]
    stays: list[Stay]

    @property
    def moves(self) -> int:
        """All moves, first ones included."""
        return sum(one.moves for one in self.transitions)

    @property
    def returns(self) -> int:
        """Those that lead back."""
        return sum(one.moves for one in self.transitions if one.is_back)


def flow_report(start: datetime, end: datetime, now: datetime) -> FlowReport:
    """The moves from `start` on, before `end`, and who stood where at the end."""
    stages = {stage.number: stage for stage in Stage.objects.order_by("number")}
    lasted = ended_stays(start, end)
    standing = _standing(end, now)
    left: dict[int, Lasted] = {number: Counter() for number in stages}
    came: Counter[int] = Counter()
    for (source, to), spent in lasted.items():
        came[to] += spent.total()
        if source:
            left[source].update(spent)
    stays = [
        Stay(
            stage,
            came[number],
            left[number].total(),
            standing[number],
            *(quantile(left[number], part) for part in (0.25, 0.5, 0.75)),
        )
        for number, stage in stages.items()
    ]
    totals = {stay.stage.number: stay.left + stay.standing for stay in stays}
    transitions = [
        Transition(
            stages.get(source),
            stages[to],
            spent.total(),
            totals.get(source, 0),
            quantile(spent, 0.5) if source else None,
        )
        for (source, to), spent in lasted.items()
    ]
    return FlowReport(sorted(transitions, key=lambda one: -one.moves), stays)


def _standing(end: datetime, now: datetime) -> Counter[int]:
    """How many stood in each stage at the end: those who stand there now, less what has happened since."""
    counts = Counter({count.stage: count.customers for count in stage_counts() if count.stage is not None})
    if end < now:
        for (source, to), spent in ended_stays(end, now).items():
            counts[to] -= spent.total()
            counts[source] += spent.total()
    return counts


def quantile(lasted: Mapping[int, int], part: float) -> timedelta | None:
    """The time within which this part of all ended; None where nothing did."""
    total, so_far = sum(lasted.values()), 0
    for seconds in sorted(lasted):
        so_far += lasted[seconds]
        if so_far >= part * total:
            return timedelta(seconds=seconds)
    return None
