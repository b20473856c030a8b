"""The numbers on the canvas of a journey, in a stretch of time: put together from the counts there are."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from channels.models import MessageState
from journeys.counts import ALWAYS, Counts, Within, rows_of, step_counts
from journeys.goal_counts import GoalCounts, converted, goal_counts
from journeys.simulate.outcome import Outcome


@dataclass(frozen=True)
class Numbers:
    """Of a journey: its steps, who entered, why they ended, what they reached; as of a moment."""

    as_of: datetime
    steps: Mapping[str, Counts]
    entered: int
    converted: int
    goals: Sequence[GoalCounts]
    ended: Mapping[str, int] = field(default_factory=dict)

    @property
    def worth(self) -> dict[str, Decimal]:
        """What all goals are worth, by currency."""
        worth: defaultdict[str, Decimal] = defaultdict(Decimal)
        for goal in self.goals:
            for currency, amount in goal.values:
                worth[currency] += amount
        return worth


# Off the tallies (journeys/tallies.py).
ENTERED = """
    SELECT coalesce(sum(entered), 0) FROM journeys_enrollmenttally
    WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
"""
ENDED = """
    SELECT exit_reason, sum(ended) AS many FROM journeys_endtally
    WHERE version_id = ANY(%(of)s) AND step = '' AND day >= %(start)s AND day < %(end)s
    GROUP BY 1 HAVING sum(ended) > 0 ORDER BY 2 DESC
"""


def numbers_of(
    journey_id: int, version_ids: Sequence[int], now: datetime, within: Within = ALWAYS
) -> Numbers:
    """The numbers of these versions of a journey."""
    values = {"of": list(version_ids), "start": within.start, "end": within.end}
    return Numbers(
        as_of=now,
        steps=step_counts(version_ids, within),
        entered=int(rows_of(ENTERED, values)[0][0]),
        converted=converted(journey_id, version_ids, within),
        goals=goal_counts(journey_id, version_ids, within),
        ended={reason: int(many) for reason, many in rows_of(ENDED, values)},
    )


def simulated_counts(outcome: Outcome) -> dict[str, Counts]:
    """Of each step what a simulation has counted."""
    return {
        step: Counts(one.entered, one.inside, branches=Counter(one.branches), messages=Counter(one.messages))
        for step, one in outcome.steps.items()
    }


def simulated_numbers(outcome: Outcome) -> Numbers:
    """The numbers of a simulation, in which nobody opens, clicks or reaches a goal because of a message."""
    return Numbers(
        as_of=outcome.until,
        steps=simulated_counts(outcome),
        entered=outcome.entered,
        converted=0,
        goals=[],
        ended=dict(outcome.exits),
    )


def as_json(numbers: Numbers) -> dict[str, Any]:
    """As the designer reads it."""
    return {
        "steps": {step: _step(counts) for step, counts in numbers.steps.items()},
        "edges": {step: dict(counts.branches) for step, counts in numbers.steps.items() if counts.branches},
        "entered": numbers.entered,
        "converted": numbers.converted,
        "value": [_money(*worth) for worth in sorted(numbers.worth.items())],
        "goals": [
            {
                "goal": goal.goal,
                "converted": goal.all.converted,
                "conversions": goal.conversions,
                "value": [_money(*worth) for worth in goal.values],
            }
            for goal in numbers.goals
        ],
        "ended": dict(numbers.ended),
        "as_of": numbers.as_of.isoformat(),
    }


def _step(counts: Counts) -> dict[str, int]:
    """Every message is held, sent, suppressed, failed or kept back from the holdout."""
    return {
        "came": counts.entered,
        "waiting": counts.inside,
        "passed": counts.passed,
        "left": counts.left,
        "sent": counts.sent,
        "held": counts.held,
        "suppressed": counts.messages[MessageState.SUPPRESSED] - counts.held_out,
        "failed": counts.messages[MessageState.FAILED],
        "held_out": counts.held_out,
        "opened": counts.opened,
        "clicked": counts.clicked,
    }


def _money(currency: str, amount: Decimal) -> dict[str, str]:
    return {"currency": currency, "amount": f"{amount:.2f}"}
