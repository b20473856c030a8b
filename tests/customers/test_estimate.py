"""An estimate from draws: near the truth, the same each time, and honest about what it doesn't know."""

import pytest
from django.db import connection

from customers import preview as module
from customers.estimate import DRAWS, estimate, likely
from customers.models import Customer
from customers.preview import preview
from customers.rules import matching, members, parse
from tests.builders import NOON

SEVENTH = {"field": "trait", "trait": "place", "operator": "equals", "value": 3}
# Ids with gaps of every size, as years of merges and erasures leave them.
CROWD = """
    INSERT INTO customers_customer (id, traits, first_seen_at, last_seen_at)
    SELECT 1000 + n * (1 + n % 5), jsonb_build_object('place', n % 7, 'number', n), now(), now()
    FROM generate_series(1, 20000) AS n ON CONFLICT DO NOTHING
"""


@pytest.fixture
def crowd(db: None) -> None:  # noqa: ARG001 - the database
    with connection.cursor() as cursor:
        cursor.execute(CROWD)
        cursor.execute("ANALYZE customers_customer")


@pytest.mark.usefixtures("crowd")
def test_the_truth_lies_between_low_and_high_most_of_the_time():
    within = []
    for places in [[one] for one in range(7)] + [[one, (one + 2) % 7] for one in range(7)]:
        rule = parse(SEVENTH | {"operator": "is_any_of", "value": places})
        found, truth = estimate(rule, NOON), members(rule, NOON).count()
        within.append(found.low <= truth <= found.high)
        assert found.low < found.count < found.high
        assert abs(found.count - truth) < 0.15 * truth
        assert matching({0: rule}, found.ids, NOON)[0] == set(found.ids)

    assert sum(within) >= len(within) - 2


@pytest.mark.usefixtures("crowd")
def test_a_rule_that_holds_for_all_is_known_to():
    found = estimate(parse(SEVENTH | {"operator": "is_set", "value": None}), NOON)

    assert found.count == found.high == Customer.objects.count()


@pytest.mark.usefixtures("crowd")
def test_an_estimate_is_the_same_each_time():
    assert estimate(parse(SEVENTH), NOON) == estimate(parse(SEVENTH), NOON)


@pytest.mark.usefixtures("crowd")
def test_whoever_is_rare_may_still_be_there():
    one = {"field": "trait", "trait": "number", "operator": "equals", "value": -1}

    found = estimate(parse(one), NOON)

    assert (found.count, found.low, found.ids) == (0, 0, [])
    assert 0 < found.high < 100


@pytest.mark.django_db
def test_without_customers_nobody_is_found():
    found = estimate(parse(SEVENTH), NOON)

    assert (found.count, found.low, found.high) == (0, 0, 0)


@pytest.mark.parametrize(
    ("hits", "draws", "low", "high"),  # as tables of the interval say
    [(0, 10, 0.0, 0.2775), (5, 10, 0.2366, 0.7634), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_likely_is_the_score_interval(hits, draws, low, high):
    assert likely(hits, draws) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.usefixtures("crowd")
def test_a_preview_that_would_take_long_is_an_estimate_and_exact_when_asked_again(monkeypatch):
    monkeypatch.setattr(module, "SOON", 0)
    rule = parse(SEVENTH)
    newest = Customer.objects.order_by("-pk")

    first, second = preview(rule, NOON, sample=3), preview(rule, NOON, sample=3, is_exact=True)

    truth = [one for one in newest if one.traits["place"] == 3]
    assert first.is_estimate
    assert first.low is not None
    assert first.high is not None
    assert first.low <= first.count <= first.high
    assert [one.traits["place"] for one in first.sample] == [3, 3, 3]
    assert (second.count, second.sample, second.is_estimate) == (len(truth), truth[:3], False)
    assert (second.low, second.high) == (None, None)


@pytest.mark.usefixtures("crowd")
def test_few_customers_are_counted_at_once():
    assert not preview(parse(SEVENTH), NOON).is_estimate


def test_draws_are_enough_to_tell_a_percent():
    low, high = likely(DRAWS // 100, DRAWS)

    assert high - low < 0.004
