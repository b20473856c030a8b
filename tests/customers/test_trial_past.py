"""What is kept with its time counts in a trial of a past moment as it was then, whatever came later."""

import random
from typing import Any

import pytest

from config import work
from customers.models import Customer, Segment
from customers.segments import save_segment
from customers.stage_definitions import read
from customers.stage_versions import definitions_in_force
from customers.tracking.calls import Statement
from customers.trial import try_stages
from tests.builders import DAY, HOUR, NOON
from tests.customers.calls import call, identify, receive

pytestmark = pytest.mark.django_db
VIEWED, BOUGHT = "Product Viewed", "Order Completed"
RULES: dict[str, dict[str, Any]] = {
    "in a segment": {"field": "segment", "operator": "in", "value": "keen"},
    "not in a segment": {"field": "segment", "operator": "not_in", "value": "keen"},
    "agreed to a channel": {"field": "consent", "operator": "granted", "channel": "email"},
    "agreed to a topic": {"field": "consent", "operator": "granted", "channel": "email", "topic": "news"},
    "not agreed": {"field": "consent", "operator": "not_granted", "channel": "email", "topic": "news"},
    "followed": {"field": "sequence", "event": VIEWED, "operator": "followed", "then": BOUGHT, "span": "P2D"},
    "not followed": {
        "field": "sequence",
        "event": VIEWED,
        "operator": "not_followed",
        "then": BOUGHT,
        "span": "P1D",
        "within": "P5D",
    },
    "in the cart": {"field": "product", "operator": "in_cart", "within": "P9D"},
    "bought": {"field": "product", "operator": "bought", "within": "P9D"},
    "first seen": {"field": "seen", "which": "first", "operator": "within_last", "value": "P20D"},
}


def terms(rule: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return read({"use": {"rule": rule}}, definitions_in_force())


def lives(days: int, begins: Any, seed: int) -> None:
    """Ten people who look, fill carts, buy, and change their mind about letters."""
    chance = random.Random(seed)
    for day in range(days):
        at = begins + day * DAY
        calls = []
        for _ in range(5):
            who = f"u{chance.randrange(10)}"
            name = chance.choice([VIEWED, VIEWED, BOUGHT, "Product Added", "Product Removed"])
            told = {"product_id": chance.choice("ab"), "products": [{"product_id": "a"}]}
            calls.append(call(at=at, external_id=who, event=name, properties=told))
            word = {
                "channel": "email",
                "topic": chance.choice(["", "news"]),
                "granted": chance.random() < 0.6,
            }
            calls.append(identify(at=at + HOUR, external_id=who, consents=[Statement(**word)]))
        receive(*calls, now=at + HOUR)


def who_uses(rule: dict[str, Any], now: Any, at: Any = None) -> set[int]:
    """Whom the rule puts into the stage."""
    ways = try_stages(terms(rule), now, at=at, sample=99).ways
    return {one.pk for way in ways if way.end == 6 for one in way.sample}


def test_what_is_kept_with_its_time_counts_as_it_was_then() -> None:
    keen = {"field": "event", "event": VIEWED, "operator": "at_least", "value": 2, "within": "P6D"}
    save_segment(Segment(slug="keen", name="Keen", rule=keen), NOON)
    lives(20, NOON, 1)
    then = NOON + 20 * DAY
    work.settle(then)
    told_then = {name: who_uses(rule, then) for name, rule in RULES.items()}
    everybody = Customer.objects.count()

    lives(15, then + DAY, 2)
    later = then + 17 * DAY
    work.settle(later)

    assert {name: who_uses(rule, later, at=then) for name, rule in RULES.items()} == told_then
    told_later = {name: who_uses(rule, later) for name, rule in RULES.items()}
    assert [name for name in RULES if told_later[name] == told_then[name] or not told_then[name]] == []
    assert everybody == 10
