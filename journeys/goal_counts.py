"""How many reached each goal of a journey, what that is worth, and what the journey brings about."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from channels.models import Holdout
from journeys import holdout
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
    SELECT version_id, false, sum(many) FROM (
        SELECT version_id, entered AS many FROM journeys_enrollmenttally
        WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
        UNION ALL
        SELECT version_id, -1 FROM journeys_enrollment
        WHERE version_id = ANY(%(of)s) AND exit_reason = 'merged'
          AND entered_at >= %(start)s AND entered_at < %(end)s
    ) AS counted GROUP BY 1
"""
REACHED = """
    SELECT goal, sum(conversions), sum(firsts) FROM journeys_goaltally
    WHERE version_id = ANY(%(of)s) AND day >= %(start)s AND day < %(end)s
    GROUP BY 1 HAVING sum(conversions) > 0
"""
WORTH = """
    SELECT goal, currency, sum(value) FROM journeys_goaltally
    WHERE version_id = ANY(%(of)s) AND currency <> '' AND day >= %(start)s AND day < %(end)s
    GROUP BY 1, 2 HAVING sum(conversions) > 0 ORDER BY 1, 3 DESC
"""
OF_MERGED = """
    SELECT reached.goal, count(*), count(*) FILTER (WHERE occasion = 0)
    FROM journeys_enrollment row JOIN journeys_conversion reached ON reached.enrollment_id = row.id
    WHERE row.exit_reason = 'merged' AND reached.version_id = ANY(%(of)s)
      AND reached.occurred_at >= %(start)s AND reached.occurred_at < %(end)s GROUP BY 1
"""
# Plan: conversion_of_journey alone, less those of enrollment_merged.
DISTINCT = """
    SELECT goal, count(*) FROM (
        SELECT DISTINCT {goal} AS goal, enrollment_id FROM journeys_conversion reached
        WHERE journey_id = %(journey)s AND version_id = ANY(%(of)s) AND goal = ANY(%(goals)s)
          AND occurred_at >= %(start)s AND occurred_at < %(end)s
          AND NOT EXISTS (SELECT FROM journeys_enrollment row
                          WHERE row.id = reached.enrollment_id AND row.exit_reason = 'merged')
    ) AS once GROUP BY 1
"""
# Each asks of an enrollment whether its customer is held out: by the version's holdout, or by the global one
# when it entered, so that nobody changes sides. Plan: a scan of the journey's enrollments; for conversions,
# conversion_of_journey and a probe of primary keys for each.
ENTERED_BY_SIDE = f"""
    SELECT row.version_id, {holdout.IS_HELD_OUT}, count(*)
    FROM journeys_enrollment row {holdout.JOINS}
    WHERE row.version_id = ANY(%(of)s) AND row.exit_reason <> 'merged'
      AND row.entered_at >= %(start)s AND row.entered_at < %(end)s GROUP BY 1, 2
"""
REACHED_BY_SIDE = f"""
    SELECT reached.goal, {holdout.IS_HELD_OUT}, count(*), sum(reached.times)
    FROM (SELECT goal, enrollment_id, count(*) AS times FROM journeys_conversion
          WHERE journey_id = %(journey)s AND version_id = ANY(%(of)s)
            AND occurred_at >= %(start)s AND occurred_at < %(end)s GROUP BY 1, 2) AS reached
    JOIN journeys_enrollment row ON row.id = reached.enrollment_id {holdout.JOINS}
    WHERE row.exit_reason <> 'merged' GROUP BY 1, 2
"""


class Reached(NamedTuple):
    """Of one goal, or of all: how many enrollments reached it, and how often."""

    enrollments: int
    conversions: int


def goal_counts(
    journey_id: int, version_ids: Sequence[int], within: Within = ALWAYS, *, with_lift: bool = True
) -> list[GoalCounts]:
    """Each goal's, over these versions of a journey; a goal that a version does not have asks none of it.

    Within a time: who entered in it, and who reached the goal in it, which are not the same people.
    `with_lift`: draw again for each enrollment whether it is held out, which takes a second for a million.
    """
    graphs = {pk: one for pk, one in graphs_of(version_ids).items() if isinstance(one, Graph)}
    names = list(dict.fromkeys(name for pk in sorted(graphs, reverse=True) for name in graphs[pk].goals))
    if not names:
        return []
    drawn = holdout.drawn(graphs.items())
    values = drawn | _values(journey_id, list(graphs), within)
    if with_lift and (drawn["versions"] or Holdout.objects.exists()):
        entered, reached = rows_of(ENTERED_BY_SIDE, values), rows_of(REACHED_BY_SIDE, values)
    else:
        entered = rows_of(ENTERED, values)
        reached = [(goal, False, *many) for goal, many in _reached(values).items()]
    worth = rows_of(WORTH, values)
    return [
        _goal_counts(
            name,
            [(is_out, int(many)) for pk, is_out, many in entered if name in graphs[pk].goals],
            [(is_out, many, int(times)) for goal, is_out, many, times in reached if goal == name],
            tuple(Worth(currency, amount) for goal, currency, amount in worth if goal == name),
        )
        for name in names
    ]


def converted(journey_id: int, version_ids: Sequence[int], within: Within = ALWAYS) -> int:
    """How many enrollments reached a goal, whichever."""
    values = _values(journey_id, version_ids, within)
    reached = _reached(values)
    if len(reached) < 2:  # noqa: PLR2004 - of one goal we know already
        return sum(one.enrollments for one in reached.values())
    return sum(
        many for _all, many in rows_of(DISTINCT.format(goal="true"), values | {"goals": list(reached)})
    )


def _values(journey_id: int, version_ids: Sequence[int], within: Within) -> dict[str, Any]:
    return {"journey": journey_id, "of": list(version_ids), "start": within.start, "end": within.end}


def _reached(values: dict[str, Any]) -> dict[str, Reached]:
    """By goal; rows are looked at only of goals that an enrollment may have reached more than once."""
    found = {goal: (int(many), int(firsts)) for goal, many, firsts in rows_of(REACHED, values)}
    for goal, many, firsts in rows_of(OF_MERGED, values):
        if goal in found:
            found[goal] = (found[goal][0] - many, found[goal][1] - firsts)
    repeated = [goal for goal, (many, firsts) in found.items() if many != firsts]
    counted = rows_of(DISTINCT.format(goal="goal"), values | {"goals": repeated}) if repeated else []
    once = {goal: many for goal, (many, _firsts) in found.items()}
    return {goal: Reached((once | dict(counted))[goal], many) for goal, many in once.items()}


def _goal_counts(
    name: str,
    entered: Sequence[tuple[bool, int]],
    converted: Sequence[tuple[bool, int, int]],
    values: tuple[Worth, ...],
) -> GoalCounts:
    arms = [
        Arm(
            sum(many for is_out, many in entered if is_out == side),
            sum(many for is_out, many, _ in converted if is_out == side),
        )
        for side in (False, True)
    ]
    both = Arm(sum(arm.entered for arm in arms), sum(arm.converted for arm in arms))
    return GoalCounts(name, both, sum(int(times) for *_, times in converted), values, lift_of(*arms))
