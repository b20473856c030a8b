from datetime import timedelta

import pytest
from django.db.models import DateTimeField

from customers.rules.expressions import Given
from customers.rules.figures import Fact, events_of
from tests.builders import DAY, HOUR, NOON, customer, event

WEEK, MONTH = timedelta(days=7), timedelta(days=30)


def ago(span: timedelta) -> Given:
    return Given(NOON - span, DateTimeField())


@pytest.mark.django_db
def test_several_figures_of_one_number_read_it_once():
    of = customer()
    for at, total in ((NOON - HOUR, 5), (NOON - DAY, "7"), (NOON - 2 * DAY, -2), (NOON - 40 * DAY, 100)):
        event(of, at=at, properties={"total": total})
    facts = [
        Fact("Order Completed", "sum", "total", since=MONTH),
        Fact("Order Completed", "minimum", "total", since=MONTH),
        Fact("Order Completed", "oldest", "total", since=MONTH),
    ]

    figures = events_of(("Order Completed", ""), ago, facts)

    assert list(figures.values_list("fact_0", "fact_1", "fact_2")) == [(3, -2, NOON - 2 * DAY)]
    assert str(figures.query).count("jsonb_path_query_first") == 1


@pytest.mark.django_db
def test_a_number_that_only_some_events_are_asked_for_is_read_of_these():
    of = customer()
    for at, total in ((NOON - HOUR, 5), (NOON - 10 * DAY, 100)):
        event(of, at=at, properties={"total": total})
    facts = [
        Fact("Order Completed", "sum", "total", since=WEEK),
        Fact("Order Completed", "minimum", "total", since=WEEK),
        Fact("Order Completed", "count", since=MONTH),
    ]

    figures = events_of(("Order Completed", ""), ago, facts)

    assert list(figures.values_list("fact_0", "fact_1", "fact_2")) == [(5, 5, 2)]
    assert str(figures.query).count("jsonb_path_query_first") == 2
