"""How many reached each goal of a journey, what that is worth, and what the journey brings about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from journeys.counts import ALWAYS, Within, rows_of
from journeys.graph import Graph
from journeys.lift import Arm, Lift, lift_of
from journeys.versions import graphs_of


class Worth(NamedTuple):
    """An amount of money."""

    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class GoalCounts:
    """Of one goal: who entered versions that have it, who reached it and how often, and what that is worth.

    `lift` where somebody is held out.
    """

    goal: str
    all: Arm
    conversions: int
    values: tuple[Worth, ...]
    lift: Lift | None


# Off the tallies; whoever was joined with somebody goes on in the other's enrollment, and counts there. Plan:
# each tally's index of a version, enrollment_merged, for conversions then one_conversion.
ENTERED = """
    SELECT version_id, is_held_out, sum(many) FROM (
        SELECT version_id, is_held_out, entered AS many FROM journeys_enrollmenttally
        WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
        UNION ALL
        SELECT version_id, is_held_out, -1 FROM journeys_enrollment
        WHERE version_id = ANY(%(of)s) AND exit_reason = 'merged'
          AND entered_at >= %(start)s AND entered_at < %(end)s
    ) AS counted GROUP BY 1, 2
"""
REACHED = """
    SELECT goal, is_held_out, sum(conversions), sum(firsts) FROM journeys_goaltally
    WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
    GROUP BY 1, 2 HAVING sum(conversions) > 0
"""
WORTH = """
    SELECT goal, currency, sum(value) FROM journeys_goaltally
    WHERE version_id = ANY(%(of)s) AND currency <> '' AND day >= %(start)s AND day < %(end)s
    GROUP BY 1, 2 HAVING sum(conversions) > 0 ORDER BY 1, 3 DESC
"""
OF_MERGED = """
    SELECT reached.goal, reached.is_held_out, count(*), count(*) FILTER (WHERE occasion = 0)
    FROM journeys_enrollment row JOIN journeys_conversion reached ON reached.enrollment_id = row.id
    WHERE row.exit_reason = 'merged' AND reached.version_id = ANY(%(of)s)
      AND reached.occurred_at >= %(start)s AND reached.occurred_at < %(end)s GROUP BY 1, 2
"""
# Plan: conversion_of_journey alone, less those of enrollment_merged.
DISTINCT = """
    SELECT goal, is_held_out, count(*) FROM (
        SELECT DISTINCT {goal} AS goal, is_held_out, enrollment_id FROM journeys_conversion reached
        WHERE journey_id = %(journey)s AND version_id = ANY(%(of)s) AND goal = ANY(%(goals)s)
          AND occurred_at >= %(start)s AND occurred_at < %(end)s
          AND NOT EXISTS (SELECT FROM journeys_enrollment row
                          WHERE row.id = reached.enrollment_id AND row.exit_reason = 'merged')
    ) AS once GROUP BY 1, 2
"""


class Reached(NamedTuple):
    """Of one goal, or of all: how many enrollments reached it, and how often."""

    enrollments: int
    conversions: int


NOBODY = Reached(0, 0)
SIDES = (False, True)  # whether held out
Side = tuple[str, bool]  # a goal, and whether those are meant who were held out when they entered


def goal_counts(journey_id: int, version_ids: Sequence[int], within: Within = ALWAYS) -> list[GoalCounts]:
    """Each goal's, over these versions of a journey; a goal that a version does not have asks none of it.

    Within a time: who entered in it, and who reached the goal in it, which are not the same people.
    """
    graphs = {pk: one for pk, one in graphs_of(version_ids).items() if isinstance(one, Graph)}
    names = list(dict.fromkeys(name for pk in sorted(graphs, reverse=True) for name in graphs[pk].goals))
    if not names:
        return []
    values = _values(journey_id, list(graphs), within)
    entered, reached, worth = rows_of(ENTERED, values), _reached(values), rows_of(WORTH, values)
    return [
        _goal_counts(
            name,
            [(is_out, int(many)) for pk, is_out, many in entered if name in graphs[pk].goals],
            [reached.get((name, is_out), NOBODY) for is_out in SIDES],
            tuple(Worth(currency, amount) for goal, currency, amount in worth if goal == name),
        )
        for name in names
    ]


def converted(journey_id: int, version_ids: Sequence[int], within: Within = ALWAYS) -> int:
    """How many enrollments reached a goal, whichever."""
    values = _values(journey_id, version_ids, within)
    reached = _reached(values)
    goals = {goal for goal, _ in reached}
    if len(goals) < 2:  # noqa: PLR2004 - of one goal we know already
        return sum(one.enrollments for one in reached.values())
    counted = rows_of(DISTINCT.format(goal="true"), values | {"goals": list(goals)})
    return sum(many for _all, _side, many in counted)


def _values(journey_id: int, version_ids: Sequence[int], within: Within) -> dict[str, Any]:
    return {"journey": journey_id, "of": list(version_ids), "start": within.start, "end": within.end}


def _reached(values: dict[str, Any]) -> dict[Side, Reached]:
    """By goal and side; rows are looked at only of goals that one may have reached more than once."""
    found: dict[Side, tuple[int, int]] = {
        (goal, is_out): (int(many), int(firsts)) for goal, is_out, many, firsts in rows_of(REACHED, values)
    }
    for goal, is_out, many, firsts in rows_of(OF_MERGED, values):
        if (side := (goal, is_out)) in found:
            found[side] = (found[side][0] - many, found[side][1] - firsts)
    once = {side: many for side, (many, _firsts) in found.items()}
    if repeated := {goal for (goal, _), (many, firsts) in found.items() if many != firsts}:
        counted = rows_of(DISTINCT.format(goal="goal"), values | {"goals": list(repeated)})
        once |= {side: 0 for side in once if side[0] in repeated}
        once |= {(goal, is_out): many for goal, is_out, many in counted}
    return {side: Reached(once[side], many) for side, (many, _firsts) in found.items()}


def _goal_counts(
    name: str, entered: Sequence[tuple[bool, int]], reached: Sequence[Reached], values: tuple[Worth, ...]
) -> GoalCounts:
    """`reached` is of SIDES, in their order."""
    arms = [
        Arm(sum(many for is_out, many in entered if is_out == side), one.enrollments)
        for side, one in zip(SIDES, reached, strict=True)
    ]
    both = Arm(sum(arm.entered for arm in arms), sum(arm.converted for arm in arms))
    return GoalCounts(name, both, sum(one.conversions for one in reached), values, lift_of(*arms))
