"""Stages' terms: what is kept, call by call and by the clock, is what the oracle says."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import work
from customers.holds import hold_stage, release_stage
from customers.models import Customer, Stage, StageHold
from customers.rebuild import recheck
from customers.stages import save_stages
from tests.builders import DAY, HOUR, NOON
from tests.customers.calls import identify, owner, receive
from tests.customers.stage_oracle import Held, StageTerms, Standing, named, next_look, settle

MICROSECOND = timedelta(microseconds=1)
pytestmark = pytest.mark.django_db
LETTERS = ("enter", "stay", "leave")
FIELD = {"enter": "rule", "stay": "stay_rule", "leave": "leave_rule"}

terms = st.fixed_dictionaries(
    {
        "has": st.sets(st.sampled_from(LETTERS)),
        "dwell": st.sampled_from([None, None, HOUR, 5 * HOUR, 3 * DAY]),
        "interrupts": st.booleans(),
        "onward": st.sampled_from(["any", "next"]),
        "back": st.sampled_from(["any", "previous", "never"]),
    }
)
plain = st.fixed_dictionaries(
    {
        "has": st.sets(st.sampled_from(["enter", "leave"])),
        "dwell": st.none(),
        "interrupts": st.booleans(),
        "onward": st.just("any"),
        "back": st.just("any"),
    }
)
all_seven = st.one_of(*(st.lists(one, min_size=7, max_size=7) for one in (terms, terms, plain)))
plans = st.tuples(all_seven, st.permutations(range(1, 8)))
answers = st.dictionaries(
    st.tuples(st.sampled_from(LETTERS), st.integers(1, 7)), st.booleans(), min_size=1, max_size=8
)
holds = st.fixed_dictionaries(
    {"stage": st.integers(1, 7), "end": st.sampled_from(["never", "until", "yields"])}
)
turns = st.tuples(st.sampled_from([0, 1, 4, 5, 24, 72]), st.one_of(answers, answers, holds, st.just(None)))


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=plans, story=st.lists(turns, min_size=3, max_size=9))
def test_what_is_kept_is_what_the_oracle_says(plan: Any, story: Any) -> None:
    with transaction.atomic():
        now, standing, stages = NOON, Standing(), saved(*plan)
        receive(identify(NOON, {}, external_id="u"))
        person = owner("external_id", "u")
        for place, (hours, turn) in enumerate(story):
            now = walk(standing, stages, now, now + hours * HOUR)
            act(person, standing, stages, turn, now=now, said_at=now - (len(story) - place) * MICROSECOND)
            settle(standing, stages, now)
            assert kept(person) == told(standing)
        transaction.set_rollback(True)


def saved(all_terms: list[dict[str, Any]], places: list[int]) -> list[StageTerms]:
    """The terms in force, each rule a trait of its own; and the same for the oracle, all answers false."""
    stages, changes = [], {}
    for number, (one, place) in enumerate(zip(all_terms, places, strict=True), start=1):
        plain = {name: value for name, value in one.items() if name != "has"}
        stages.append(StageTerms(number, place, **dict.fromkeys(one["has"], False), **plain))
        rules = {FIELD[name]: trait(name, number) for name in one["has"]}
        changes[number] = rules | plain | {"precedence": place}
    save_stages(changes, NOON)
    work.settle(NOON)
    return stages


def trait(name: str, number: int) -> dict[str, Any]:
    return {"field": "trait", "trait": f"{name}{number}", "operator": "equals", "value": True}


def walk(standing: Standing, stages: list[StageTerms], start: Any, end: Any) -> Any:
    """Let the time pass: the oracle by its own moments, what is kept by `recheck_at` alone."""
    now = start
    while (at := next_look(standing, stages, now)) is not None and at <= end:
        now = at
        settle(standing, stages, now)
    while due := Customer.objects.filter(recheck_at__lte=end).values_list("recheck_at", flat=True).first():
        assert recheck(max(due, start)) == 1
    return end


def act(
    person: Customer, standing: Standing, stages: list[StageTerms], turn: Any, *, now: Any, said_at: Any
) -> None:
    """Of two words on a trait of the same moment none is the later one, so each is said a little later."""
    if turn is None:
        if standing.hold:
            standing.hold = None
            assert release_stage(person.pk, "ada", now)
    elif "end" in turn:
        until = now + 2 * DAY if turn["end"] == "until" else None
        yields = turn["end"] == "yields"
        stage = Stage.objects.get(pk=turn["stage"])
        hold_stage(person.pk, stage, "because", "ada", now, until=until, yields=yields)
        standing.hold = Held(stage.number, until, yields, named(stages) if yields else None)
    else:
        said = {f"{name}{number}": value for (name, number), value in turn.items()}
        for (name, number), value in turn.items():
            if getattr(stages[number - 1], name) is not None:
                setattr(stages[number - 1], name, value)
        receive(identify(said_at, said, external_id="u"), now=now)


def kept(person: Customer) -> Any:
    person = Customer.objects.get(pk=person.pk)
    moves = person.stage_moves.order_by("id").values_list("from_stage_id", "to_stage_id", "moved_at")
    hold = StageHold.objects.filter(customer=person, ended_at=None).first()
    return person.stage_id, person.stage_since, list(moves), hold and hold.stage_id


def told(standing: Standing) -> Any:
    return standing.stage, standing.since, standing.moves, standing.hold and standing.hold.stage
