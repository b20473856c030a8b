from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Customer, Event
from customers.rules import RuleError, events_matching, parse_where
from tests.builders import customer, event
from tests.customers.rules.oracle import passes
from tests.customers.rules.population import filters, populate


@pytest.fixture
def events(db):  # noqa: ARG001 - the database
    populate()
    return dict(Event.objects.values_list("pk", "properties"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(filters(), min_size=1, max_size=4))
def test_filters_answer_as_the_oracle_in_one_query(events, asked):
    wheres = {place: parse_where(where) for place, where in enumerate(asked)}

    found = events_matching(wheres, list(events))

    assert list(found.values()) == [
        {pk for pk, properties in events.items() if passes(where, properties)} for where in asked
    ]


@pytest.mark.django_db
def test_no_filters_let_every_event_pass(events):
    assert events_matching({"a": parse_where([]), "b": parse_where(None)}, list(events)) == {
        "a": set(events),
        "b": set(events),
    }


@pytest.mark.django_db
def test_no_events_are_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert events_matching({"a": parse_where([])}, []) == {"a": set()}


NOW = datetime(2025, 3, 1, tzinfo=UTC)
CHEAP = {"property": "total", "operator": "less", "value": 10}
GIFT = {"property": "gift", "operator": "equals", "value": True}


def nested(depth):
    """A filter within so many groups."""
    return {"rules": [nested(depth - 1)]} if depth else CHEAP


def wrong(stored):
    with pytest.raises(RuleError) as refused:
        parse_where(stored)
    return [(error["path"], error["message"]) for error in refused.value.errors]


def test_a_list_is_a_group_of_which_all_hold():
    assert parse_where([CHEAP, GIFT]) == parse_where({"combinator": "and", "rules": [CHEAP, GIFT]})


def test_groups_are_said_in_words():
    where = parse_where([CHEAP, {"combinator": "or", "rules": [GIFT, {"not": True, "rules": [CHEAP, GIFT]}]}])

    assert where.words() == (
        "total is less than 10 and (gift is yes or not (total is less than 10 and gift is yes))"
    )


@pytest.mark.django_db
def test_what_is_not_there_makes_a_filter_false_and_its_denial_true():
    customer = Customer.objects.create(first_seen_at=NOW, last_seen_at=NOW)
    kept = [
        Event.objects.create(
            customer=customer, name="Paid", properties=properties, occurred_at=NOW, received_at=NOW
        )
        for properties in ({"total": 5}, {"total": 20}, {"total": "5"}, {"total": None}, {})
    ]
    asked = {
        "less": parse_where([CHEAP]),
        "not less": parse_where({"not": True, "rules": [CHEAP]}),
        "known and not less": parse_where(
            [{"property": "total", "operator": "is_set"}, {"not": True, "rules": [CHEAP]}]
        ),
    }

    found = events_matching(asked, [event.pk for event in kept])

    assert {key: [event.pk in pks for event in kept] for key, pks in found.items()} == {
        "less": [True, False, False, False, False],
        "not less": [False, True, True, True, True],
        "known and not less": [False, True, True, False, False],
    }


@pytest.mark.parametrize("stored", [5, "x", True])
def test_what_is_neither_list_nor_group_is_refused(stored):
    assert wrong(stored) == [("", "A list of filters is needed here, or a group of them as an object.")]


@pytest.mark.parametrize(
    "stored", [[CHEAP] * 21, {"rules": [{"rules": [CHEAP] * 11}, {"rules": [CHEAP] * 11}]}]
)
def test_more_filters_than_anybody_needs_are_refused(stored):
    assert wrong(stored) == [("", "There are more than 20 filters.")]


def test_groups_that_are_nested_too_deep_are_refused():
    assert parse_where(nested(5)).words() == "total is less than 10"
    assert wrong(nested(6)) == [
        ("rules.0.rules.0.rules.0.rules.0.rules.0", "Groups of filters are nested more than 5 deep.")
    ]


def test_an_empty_group_is_refused_where_it_stands():
    told = "Nothing is asked in this group; add a filter, or take the group out."

    assert wrong({}) == wrong({"rules": []}) == [("", told)]
    assert wrong([CHEAP, {"rules": [{"rules": []}]}]) == [("1.rules.0", told)]


def test_each_bad_filter_is_named_by_its_place():
    assert [path for path, _message in wrong([CHEAP | {"operator": "like"}, CHEAP | {"value": "x"}, 7])] == [
        "0.operator",
        "1.value",
        "2",
    ]
    grouped = {
        "combinator": "xor",
        "not": 1,
        "colour": "red",
        "rules": [CHEAP, {"rules": [{"operator": "is_set"}]}],
    }
    assert [path for path, _message in wrong(grouped)] == [
        "colour",
        "combinator",
        "not",
        "rules.1.rules.0.property",
    ]


@pytest.mark.django_db
def test_filters_that_python_takes_for_equal_are_asked_each():
    kept = event(customer(), properties={"paid": True})
    wheres = {
        type(value): parse_where([{"property": "paid", "operator": "equals", "value": value}])
        for value in (1, True, 1.0)
    }

    assert events_matching(wheres, [kept.pk]) == {int: set(), bool: {kept.pk}, float: set()}
