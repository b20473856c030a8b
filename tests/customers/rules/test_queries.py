from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer
from customers.rules import matching, members, parse
from tests.builders import DAY, HOUR, NOON, customer, event
from tests.customers.rules.oracle import holds
from tests.customers.rules.population import populate, trees

pytestmark = pytest.mark.django_db
many = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def people(db):  # noqa: ARG001 - the database
    return populate()


@many
@given(rules=st.lists(trees(), min_size=1, max_size=4), hours=st.integers(-60, 60))
def test_rules_answer_as_the_oracle_in_each_shape(people, rules, hours):
    now = NOON + hours * HOUR
    expected = [{pk for pk, person in people.items() if holds(tree, person, now)} for tree in rules]
    parsed = {place: parse(tree) for place, tree in enumerate(rules)}

    together = matching(parsed, list(people), now)
    alone = [set(members(rule, now).values_list("pk", flat=True)) for rule in parsed.values()]
    correlated = [
        set(Customer.objects.filter(rule.condition(now)).values_list("pk", flat=True))
        for rule in parsed.values()
    ]

    assert list(together.values()) == expected
    assert alone == expected
    assert correlated == expected


@many
@given(tree=trees(), hours=st.integers(-60, 60), steps=st.lists(st.floats(0, 1), min_size=6, max_size=6))
def test_no_answer_changes_before_the_told_moment(people, tree, hours, steps):
    now = NOON + hours * HOUR
    rule = parse(tree)
    told = dict.fromkeys(people, now + 40 * DAY)
    if (moment := rule.changes_at(now)) is not None:
        told |= {pk: at for pk, at in Customer.objects.annotate(at=moment).values_list("pk", "at") if at}

    for pk, person in people.items():
        assert told[pk] > now
        last = told[pk] - timedelta(microseconds=1)
        moments = [now + step * (last - now) for step in steps] + [last]
        assert {holds(tree, person, moment) for moment in moments} == {holds(tree, person, now)}


def test_empty_rule_matches_nobody(people):
    rule = parse({})

    assert matching({"a": rule}, list(people), NOON) == {"a": set()}
    assert members(rule, NOON).count() == 0


@pytest.mark.parametrize("value", [1e-7, -0.5, 10**15, -(10**15), 0.1])
def test_numbers_of_every_size_are_compared_exactly(value):
    at, above, below = (customer(traits={"n": value + step}) for step in (0, 1, -1))
    tree = {"field": "trait", "trait": "n", "operator": "equals", "value": value}

    found = matching(
        {"is": parse(tree), "more": parse(tree | {"operator": "greater"})}, [at.pk, above.pk, below.pk], NOON
    )

    assert found == {"is": {at.pk}, "more": {above.pk}}


def test_a_moment_told_for_a_count_is_exact():
    person = customer()
    for days in (1, 5, 9):
        event(person, at=NOON - days * DAY)
    tree = {
        "field": "event",
        "event": "Order Completed",
        "operator": "at_least",
        "value": 2,
        "within": "P10D",
    }

    moment = parse(tree).changes_at(NOON)

    assert Customer.objects.values_list(moment, flat=True).get() == NOON + 5 * DAY


def spent(total, operator="at_least", **more):
    return {
        "field": "event",
        "event": "Order Completed",
        "aggregate": "sum",
        "property": "total",
        "operator": operator,
        "value": total,
        "within": "P10D",
    } | more


def told(tree):
    return Customer.objects.values_list(parse(tree).changes_at(NOON), flat=True).get()


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        ((60, 50), NOON + 1 * DAY),  # over the threshold: the oldest leaves after its ten days
        ((60, 30), None),  # under it: what leaves can only lessen it
        ((60, -30), NOON + 1 * DAY),  # under it, but a refund that leaves would raise it
    ],
)
def test_a_sum_that_can_only_fall_is_not_asked_again_below_its_threshold(totals, expected):
    person = customer()
    for days, total in zip((9, 2), totals, strict=True):
        event(person, at=NOON - days * DAY, properties={"total": total})

    assert told(spent(100)) == expected


def test_a_group_turns_no_sooner_than_the_last_part_that_keeps_it_from_it():
    person = customer(traits={"opens": "2026-01-01"})
    event(person, at=NOON - 4 * DAY)
    count = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1}
    within = count | {"within": "P10D"}
    more = count | {"value": 2, "within": "P10D"}
    leaves_at = NOON + 6 * DAY

    assert told({"combinator": "and", "rules": [within, count]}) == leaves_at
    assert told({"combinator": "and", "rules": [within, more]}) is None
    assert told({"combinator": "or", "rules": [within, more]}) == leaves_at
    assert told({"combinator": "or", "rules": [within, count]}) is None


def test_members_can_be_counted_filtered_and_used_as_a_subquery(people):
    tree = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1}
    expected = {pk for pk, person in people.items() if holds(tree, person, NOON)}

    found = members(parse(tree), NOON)

    assert found.count() == len(expected)
    assert set(found.order_by("-pk")[:3].values_list("pk", flat=True)) == set(sorted(expected)[-3:])
    assert set(Customer.objects.filter(pk__in=found.values("pk")).values_list("pk", flat=True)) == expected
    assert set(Customer.objects.exclude(pk__in=found.values("pk")).values_list("pk", flat=True)) == (
        people.keys() - expected
    )
