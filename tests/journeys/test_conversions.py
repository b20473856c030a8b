"""What counts as a conversion, how often, and what it is worth."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.merge import Merge
from journeys import engine, goals, ownership, services
from journeys.models import Conversion
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, enrolled, live, step
from tests.journeys.reaching import PAID, PAUSE, SIGNED_UP, ended, goal, inside, reached

pytestmark = pytest.mark.django_db


def test_without_a_window_it_counts_while_the_customer_is_inside():
    row = inside(goals=[goal()])
    services.exit_enrollments([row.pk], "api", NOON + 2 * DAY)
    builders.event(row.customer, "Paid", NOON + 3 * DAY)
    listen(NOON + 3 * DAY)
    assert reached() == []

    builders.event(row.customer, "Paid", NOON + DAY)  # and is only told now
    listen(NOON + 3 * DAY)

    assert reached() == [(row.pk, "paid", NOON + DAY)]
    assert ended(row) == "api"


def test_once_counts_the_first_and_each_counts_all():
    more = [goal("first", exits=False), goal("each", exits=False, once=False)]
    row = inside(goals=more)
    for hours in (1, 2, 2):
        builders.event(row.customer, "Paid", NOON + hours * HOUR)

    listen(NOON + DAY, limit=2)
    listen(NOON + DAY)

    assert sorted((name, when) for _, name, when in reached()) == [
        ("each", NOON + HOUR),
        ("each", NOON + 2 * HOUR),
        ("each", NOON + 2 * HOUR),
        ("first", NOON + HOUR),
    ]


def test_an_event_that_is_heard_again_counts_once():
    row = inside(goals=[goal("each", exits=False, once=False)])
    builders.event(row.customer, "Paid", NOON + HOUR)
    listen(NOON + HOUR)
    engine.advance(NOON + HOUR)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE journeys_eventcursor SET last_event_id = 0")

    listen(NOON + HOUR)

    assert len(reached()) == 1


@pytest.mark.parametrize(
    ("value", "properties", "worth"),
    [
        ({"amount": "9.90", "currency": "EUR"}, {}, (Decimal("9.9"), "EUR")),
        (
            {"property": "order.total", "currency": "EUR"},
            {"order": {"total": 12.3}},
            (Decimal("12.3"), "EUR"),
        ),
        (
            {"property": "total", "currency_property": "cur"},
            {"total": "7", "cur": "chf"},
            (Decimal(7), "CHF"),
        ),
        ({"property": "total", "currency_property": "cur"}, {"total": 7}, (None, "")),
        ({"property": "total", "currency": "EUR"}, {"total": "a lot"}, (None, "")),
        ({"property": "total", "currency": "EUR"}, {"total": True}, (None, "")),
        ({"property": "total", "currency": "EUR"}, {"total": 10**15}, (None, "")),
        ({"property": "total.x", "currency": "EUR"}, {"total": [1]}, (None, "")),
        (None, {"total": 7}, (None, "")),
    ],
)
def test_a_conversion_has_its_value_in_exact_money(value, properties, worth):
    row = inside(goals=[goal(value=value)])
    builders.event(row.customer, "Paid", NOON + HOUR, properties)

    listen(NOON + HOUR)

    one = Conversion.objects.get()
    assert (one.value, one.currency) == worth


def test_a_step_marks_a_goal_and_the_journey_goes_on():
    value = {"property": "total", "currency": "EUR"}
    named = {"name": "read", "exits": False, "value": value}
    version = live(step("done", "goal", {"next": "pause"}, goal="read"), PAUSE, goals=[named])
    row = enrolled(version, builders.customer(), context={"properties": {"total": 5}})

    engine.advance(NOON)

    assert reached() == [(row.pk, "read", NOON)]
    one = Conversion.objects.get()
    assert (one.event_id, one.value, one.currency) == (None, Decimal(5), "EUR")
    row.refresh_from_db()
    assert (row.step, row.standing) == ("pause", "due")


def test_a_step_marks_a_goal_that_ends_the_journey():
    row = inside(step("done", "goal", {"next": "pause"}, goal="read"), PAUSE, goals=[{"name": "read"}])

    assert ended(row) == "goal:read"
    assert reached() == [(row.pk, "read", NOON)]


def test_a_step_that_is_passed_again_counts_each_time_or_once():
    again = [
        step("done", "goal", {"next": "rest"}, goal="read"),
        step("rest", "wait", {"next": "done"}, span="P1D"),
    ]
    once = inside(*again, goals=[{"name": "read", "exits": False}])
    each = enrolled(
        live(*again, slug="each", goals=[{"name": "read", "exits": False, "once": False}]),
        builders.customer(),
    )

    for days in range(3):
        while engine.advance(NOON + days * DAY):
            pass

    assert Conversion.objects.filter(enrollment=once).count() == 1
    assert Conversion.objects.filter(enrollment=each).count() == 3


def test_a_step_after_the_window_does_not_count():
    row = inside(
        step("rest", "wait", {"next": "done"}, span="P2D"),
        step("done", "goal", goal="read"),
        goals=[{"name": "read", "window": "P1D"}],
    )

    engine.advance(NOON + 2 * DAY)

    assert (reached(), ended(row)) == ([], "goal:read")


def test_of_joined_customers_a_goal_counts_once():
    version = live(PAUSE, trigger=SIGNED_UP, goals=[goal(window="P9D", exits=False)])
    old, kept = builders.customer(), builders.customer()
    one, two = enrolled(version, old), enrolled(version, kept)
    builders.event(old, "Paid", NOON + HOUR)
    listen(NOON + HOUR)
    ownership.merge_enrollments([Merge(old.pk, kept.pk)], NOON + DAY)
    builders.event(kept, "Paid", NOON + 2 * DAY)

    listen(NOON + 2 * DAY)

    assert reached() == [(one.pk, "paid", NOON + HOUR)]
    assert set(Conversion.objects.values_list("customer_id", flat=True)) == {kept.pk}
    assert (ended(one), ended(two)) == ("", "merged")


def test_conversions_of_the_erased_go_and_copies_tell_them():
    row = inside(goals=[goal(value={"amount": 5, "currency": "EUR"})])
    builders.event(row.customer, "Paid", NOON + HOUR)
    listen(NOON + HOUR)
    told = ownership.export_enrollments(row.customer_id)
    assert told[0]["goals"] == [
        {"goal": "paid", "occurred_at": NOON + HOUR, "value": Decimal(5), "currency": "EUR"}
    ]

    ownership.erase_enrollments([row.customer_id], NOON + DAY)

    assert reached() == []


def test_the_same_few_queries_however_many_reach_it():
    version = live(
        PAUSE, trigger=SIGNED_UP, goals=[goal(rule=IN_ROME)], exits=[{"when": PAID, "reason": "x"}]
    )

    def queries_for(customers):
        for _ in range(customers):
            row = enrolled(version, builders.customer(traits={"city": "Roma"}))
            builders.event(row.customer, "Paid", NOON + HOUR)
        with CaptureQueriesContext(connection) as queries:
            goals.hear(NOON + HOUR, 5000)
        return len(queries)

    queries_for(1)
    assert queries_for(2) == queries_for(40) <= 20
    assert len(reached()) == 43
