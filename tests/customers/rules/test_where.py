import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from customers.models import Event
from customers.rules import RuleError, events_matching, parse_where
from tests.customers.rules.oracle import passes
from tests.customers.rules.population import lines, populate


@pytest.fixture
def events(db):  # noqa: ARG001 - the database
    populate()
    return dict(Event.objects.values_list("pk", "properties"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(asked=st.lists(st.lists(lines(), max_size=2), min_size=1, max_size=4))
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


@pytest.mark.parametrize("lines", [5, "x", {"property": "a"}, [{}] * 21])
def test_what_is_no_short_list_is_refused(lines):
    with pytest.raises(RuleError, match="a list of at most 20 objects"):
        parse_where(lines)


def test_each_bad_filter_is_named_by_its_place():
    with pytest.raises(RuleError) as refused:
        parse_where(
            [
                {"property": "a", "operator": "like", "value": "x"},
                {"property": "a", "operator": "greater", "value": "x"},
            ]
        )

    assert [error["path"] for error in refused.value.errors] == ["0.operator", "1.value"]
