"""Stages and segments are always true: what is kept, call by call and by the clock, is what holds now."""

import random
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import work
from customers.models import Customer, Segment, Stage
from customers.rules import members, parse
from customers.segments import save_segment, segment_members
from customers.stages import save_stage_rule
from customers.tracking.calls import Statement
from tests.builders import HOUR, NOON
from tests.customers.calls import call, identify, receive
from tests.customers.rules.population import CART, NAMES, leaves, some_json, trees

pytestmark = pytest.mark.django_db
OF_STAGES = {"stage", "stage_for", "stage_from", "stage_reached"}
free = leaves().filter(lambda leaf: leaf["field"] != "segment")
plain = free.filter(lambda leaf: leaf["field"] not in OF_STAGES)
of_first = st.builds(
    lambda operator: {"field": "segment", "operator": operator, "value": "s0"},
    st.sampled_from(["in", "not_in"]),
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
    st.sampled_from(["track", "track", "track", "identify", "consent", "nothing"]),
    st.sampled_from([0, 0, 0, 3, 40]),
    st.integers(0, 10**6),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    stages=st.lists(trees(plain), min_size=2, max_size=2),
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
        transaction.set_rollback(True)


def save_rules(stages: list[Any], segments: list[Any]) -> None:
    for stage, rule in zip(Stage.objects.order_by("number"), stages, strict=False):
        save_stage_rule(stage, rule, NOON)
    for place, rule in enumerate(segments):
        save_segment(Segment(slug=f"s{place}", name=f"S{place}", rule=rule), NOON)
    work.settle(NOON)


def happen(turn: Turn, now: datetime) -> None:
    chance = random.Random(turn.chance)  # noqa: S311 - no secret
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
        case _:
            work.settle(now)


def assert_true(now: datetime) -> None:
    kept = {segment.slug: ids(segment_members(segment)) for segment in Segment.objects.all()}
    found = {
        segment.slug: ids(members(parse(segment.rule), now)) if segment.rule else set()
        for segment in Segment.objects.all()
    }
    assert kept == found
    by_precedence = sorted(Stage.objects.all(), key=lambda stage: stage.precedence)
    placed: set[int] = set()
    for stage in by_precedence:
        if stage.rule:
            there = ids(members(parse(stage.rule), now)) - placed
            assert ids(Customer.objects.filter(pk__in=there, stage=stage)) == there
            placed |= there


def ids(customers: Any) -> set[int]:
    return set(customers.values_list("pk", flat=True))
