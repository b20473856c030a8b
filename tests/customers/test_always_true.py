"""Stages and segments are always true: what is kept, call by call and by the clock, is what holds now."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import work
from customers.holds import hold_stage
from customers.models import Customer, Segment, Stage
from customers.repair import repair_all
from customers.rules import members, parse
from customers.segments import save_segment, segment_members
from customers.stages import save_stages
from customers.tracking.calls import Statement
from tests.builders import DAY, HOUR, NOON
from tests.customers.calls import call, identify, receive
from tests.customers.rules.population import CART, NAMES, leaves, some_json, trees
from tests.customers.stage_oracle import Held, StageTerms, Standing, settle

pytestmark = pytest.mark.django_db
OF_STAGES = {"stage", "stage_for", "stage_from", "stage_reached"}
VIEWED = {"field": "event", "event": "Product Viewed", "operator": "at_least", "value": 1, "within": "P2D"}
# In the place of a leaf that can't be asked here stands another one: to discard so many costs every example.
free = leaves().map(lambda leaf: VIEWED if leaf["field"] == "segment" else leaf)
plain = free.map(lambda leaf: VIEWED if leaf["field"] in OF_STAGES else leaf)
of_first = st.builds(
    lambda operator: {"field": "segment", "operator": operator, "value": "s0"},
    st.sampled_from(["in", "not_in"]),
)


rules = st.one_of(st.just({}), st.just({}), plain)
all_terms = st.fixed_dictionaries(
    {
        "rule": trees(plain),
        "stay_rule": rules,
        "leave_rule": rules,
        "dwell": st.sampled_from([None, None, 5 * HOUR, 3 * DAY]),
        "interrupts": st.booleans(),
        "onward": st.sampled_from(["any", "any", "next"]),
        "back": st.sampled_from(["any", "any", "previous", "never"]),
    }
)


class Turn(NamedTuple):
    """What happens next: so many hours later somebody does something, or nobody anything."""

    hours: int
    who: int
    what: str
    late: int
    chance: int


turns = st.builds(
    Turn,
    st.sampled_from([0, 1, 5, 24, 30, 170]),
    st.integers(0, 2),
    st.sampled_from(["track", "track", "track", "identify", "consent", "hold", "nothing"]),
    st.sampled_from([0, 0, 0, 3, 40]),
    st.integers(0, 10**6),
)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stages=st.lists(all_terms, min_size=3, max_size=3),
    first=trees(free),
    others=st.lists(trees(st.one_of(free, of_first)), min_size=2, max_size=2),
    story=st.lists(turns, min_size=3, max_size=10),
)
def test_what_is_kept_is_what_would_be_found_anew(stages, first, others, story):
    with transaction.atomic():
        now = NOON
        save_rules(stages, [first, *others])
        for turn in story:
            now += turn.hours * HOUR
            happen(turn, now)
            assert_true(now)
        assert repair_all(now).findings == {}
        transaction.set_rollback(True)


def save_rules(stages: list[Any], segments: list[Any]) -> None:
    save_stages(dict(enumerate(stages, start=1)), NOON)
    for place, rule in enumerate(segments):
        save_segment(Segment(slug=f"s{place}", name=f"S{place}", rule=rule), NOON)
    work.settle(NOON)


def happen(turn: Turn, now: datetime) -> None:
    chance = random.Random(turn.chance)
    at = now - timedelta(hours=turn.late)
    who = f"u{turn.who}"
    match turn.what:
        case "track":
            receive(
                call(
                    at=at, external_id=who, event=chance.choice([*NAMES, *CART]), properties=some_json(chance)
                ),
                now=now,
            )
        case "identify":
            country = chance.choice(["IT", "FR", ""])
            receive(identify(at, some_json(chance), external_id=who, country=country), now=now)
        case "consent":
            word = Statement(
                channel="email", topic=chance.choice(["", "offers"]), granted=turn.chance % 2 == 0
            )
            receive(identify(at, external_id=who, consents=[word]), now=now)
        case "hold":
            yields = turn.chance % 3 == 0
            until = now + 30 * HOUR if turn.chance % 3 == 1 else None
            for person in Customer.objects.filter(identities__value=who):
                stage = Stage.objects.get(pk=chance.randrange(1, 8))
                hold_stage(person.pk, stage, "why", "ada", now, until=until, yields=yields)
            work.settle(now)
        case _:
            work.settle(now)


def assert_true(now: datetime) -> None:
    kept = {segment.slug: ids(segment_members(segment)) for segment in Segment.objects.all()}
    found = {
        segment.slug: ids(members(parse(segment.rule), now)) if segment.rule else set()
        for segment in Segment.objects.all()
    }
    assert kept == found
    found_by_stage = [(stage, answers_of(stage, now)) for stage in Stage.objects.all()]
    for person in Customer.objects.all():
        standing = Standing(person.stage_id, person.stage_since, held(person))
        settle(standing, [terms_of(stage, found, person) for stage, found in found_by_stage], now)
        assert (standing.moves, standing.hold) == ([], held(person))


def held(person: Customer) -> Held | None:
    hold = person.stage_holds.filter(ended_at=None).first()
    return Held(hold.stage_id, hold.until, hold.yields, hold.named) if hold else None


def answers_of(stage: Stage, now: datetime) -> dict[str, set[int]]:
    rules = {"enter": stage.rule, "stay": stage.stay_rule, "leave": stage.leave_rule}
    return {name: ids(members(parse(rule), now)) for name, rule in rules.items() if rule}


def terms_of(stage: Stage, found: dict[str, set[int]], person: Customer) -> StageTerms:
    """The stage's terms with what its rules answer of the person."""
    return StageTerms(
        stage.number,
        stage.precedence,
        **{name: person.pk in there for name, there in found.items()},  # type: ignore[arg-type]
        dwell=stage.dwell,
        interrupts=stage.interrupts,
        onward=stage.onward,
        back=stage.back,
    )


def ids(customers: Any) -> set[int]:
    return set(customers.values_list("pk", flat=True))
