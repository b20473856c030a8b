"""To which stage a customer goes: the one place that decides it, as SQL over what the rules answer. Pure.

It reads of each customer `stage_id` and `stage_since`, the moment `asked_at`, the hold's columns, and what
the rules answer. Where the plan is plain that is `named`: the first stage, in the order of precedence, that
the customer could enter. Else it is three lists of booleans, an element for each stage in that order:

    enters   its rule holds and its leave rule does not
    stays    its stay rule holds and its leave rule does not
    leaves   its leave rule holds

docs/stages.md tells the same as a table; tests/customers/stage_oracle.py tells it again in Python.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from customers.models import Stage
from customers.rules import Rule

Plan = Sequence["Terms"]  # of all seven, the one of least precedence first
IS_HELD = """
    (hold_id IS NOT NULL AND coalesce(hold_until > asked_at, true)
     AND (NOT hold_yields OR {named} IS NULL OR {named} IS NOT DISTINCT FROM hold_named))
"""
# OFFSET 0 keeps PostgreSQL from working an answer, or a step, out anew wherever it is mentioned.
FIRST = "SELECT *, {is_held} AS is_held, stage_id AS stage_0 FROM ({answered} OFFSET 0) AS answered"
STEP = "SELECT *, {goes} AS stage_{number} FROM ({before}{apart}) AS step_{before_number}"
DECIDED = """
    SELECT *, stage_{last} AS to_stage, ARRAY[{path}]::smallint[] AS path,
           least(NULLIF(greatest(hold_until, asked_at), asked_at),
                 NULLIF(greatest({stays_until}, asked_at), asked_at)) AS stands_until
    FROM ({steps}{apart}) AS step_{last}
"""


@dataclass(frozen=True)
class Terms:
    """On what terms customers come to a stage, stay in it and leave it."""

    number: int
    enter: Rule | None = None
    stay: Rule | None = None
    leave: Rule | None = None
    dwell: timedelta | None = None
    interrupts: bool = False
    onward: str = Stage.Onward.ANY
    back: str = Stage.Back.ANY


def is_open(plan: Plan, start: Terms, end: int) -> bool:
    """Whether customers may go from a stage to the stage `end`; stages without a rule are passed over."""
    used = [terms.number for terms in plan if terms.enter]
    if end > start.number:
        return start.onward == Stage.Onward.ANY or not any(start.number < number < end for number in used)
    if start.back == Stage.Back.PREVIOUS:
        return not any(end < number < start.number for number in used)
    return start.back == Stage.Back.ANY


def is_plain(plan: Plan) -> bool:
    """Whether it makes no difference where somebody stands: no dwell, no closed ways, no stay rules."""
    return all(
        terms.dwell is None
        and terms.stay is None
        and terms.onward == Stage.Onward.ANY
        and terms.back == Stage.Back.ANY
        for terms in plan
    )


def named(plan: Plan) -> str:
    """The stage that the rules name: of those that a customer could enter, the one of least precedence."""
    if is_plain(plan):
        return "named"
    numbers = ", ".join(str(terms.number) for terms in plan)
    return f"(ARRAY[{numbers}]::smallint[])[array_position(enters, true)]"


def decided(plan: Plan, answered: str, *, is_asked: bool = True) -> str:
    """The rows of the query `answered`, and beside each where it goes and until when it stands there.

    `path`: the stages that are passed one after the other at this moment, the last is `to_stage`. A customer
    can pass several at once where each lets on to the next only; each further one is of less precedence, so
    there are at most as many as have a rule. Where stages are not asked everybody stays.
    """
    is_held = IS_HELD.format(named=named(plan)) if is_asked else "hold_id IS NOT NULL"
    steps = FIRST.format(is_held=is_held, answered=answered)
    last = _steps(plan) if is_asked else 0
    apart = "" if is_plain(plan) else " OFFSET 0"
    for number in range(1, last + 1):
        goes = _goes(plan, number - 1)
        steps = STEP.format(goes=goes, number=number, before=steps, before_number=number - 1, apart=apart)
    path = ", ".join(f"stage_{number}" for number in range(1, last + 1))
    stays_until = _stays_until(plan, last)
    return DECIDED.format(last=last, path=path, steps=steps, apart=apart, stays_until=stays_until)


def _steps(plan: Plan) -> int:
    """How many moves at one moment there can be: where the plan is plain the first is the last."""
    return 1 if is_plain(plan) else max(1, sum(1 for terms in plan if terms.enter))


def _goes(plan: Plan, at: int) -> str:
    """The stage after the one of step `at`: of those that take the customer, the one of least precedence."""
    if is_plain(plan):
        return f"CASE WHEN is_held THEN hold_stage ELSE coalesce(named, stage_{at}) END"
    cases = [
        f"WHEN {_takes(plan, place, at)} THEN {terms.number}"
        for place, terms in enumerate(plan, start=1)
        if terms.enter or terms.stay
    ]
    return f"CASE WHEN is_held THEN hold_stage {' '.join(cases)} ELSE stage_{at} END"


def _takes(plan: Plan, place: int, at: int) -> str:
    """Whether the stage takes the customer in, or keeps who is in it by its stay rule."""
    to = plan[place - 1]
    comes = [f"enters[{place}]"]
    sources = [one.number for one in plan if one.number == to.number or is_open(plan, one, to.number)]
    if len(sources) < len(plan):
        comes.append(f"(stage_{at} IS NULL OR stage_{at} IN ({', '.join(map(str, sources))}))")
    if bound := [_bound(one, start, at) for start, one in enumerate(plan, start=1) if _binds(one, to)]:
        comes.append(f"({' OR '.join(bound)}) IS NOT TRUE")
    stays = f"(stage_{at} = {to.number} AND stays[{place}])"
    return f"({' AND '.join(comes)})" + (f" OR {stays}" if to.stay else "")


def _binds(start: Terms, to: Terms) -> bool:
    """Whether the dwell of a stage can keep from another one: not from a later one that takes in at once."""
    interrupted = to.interrupts and to.number > start.number
    return start.dwell is not None and start.number != to.number and not interrupted


def _bound(start: Terms, place: int, at: int) -> str:
    """Whether the customer has not stayed here as long as they must. Who must leave need not."""
    since = _since(at)
    return (
        f"(stage_{at} = {start.number} AND {since} > asked_at - {_interval(start)} AND NOT leaves[{place}])"
    )


def _since(at: int) -> str:
    """Since when in the stage of step `at`: who has moved just now, since now."""
    return f"CASE WHEN stage_{at} IS DISTINCT FROM stage_id THEN asked_at ELSE stage_since END"


def _stays_until(plan: Plan, at: int) -> str:
    cases = " ".join(
        f"WHEN {terms.number} THEN {_since(at)} + {_interval(terms)}" for terms in plan if terms.dwell
    )
    return f"CASE stage_{at} {cases} END" if cases else "NULL::timestamptz"


def _interval(terms: Terms) -> str:
    seconds = terms.dwell.total_seconds() if terms.dwell else 0.0
    return f"interval '{seconds:f} seconds'"
