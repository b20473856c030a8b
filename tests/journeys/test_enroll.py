"""The entry rules, which are the same for all ways in."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from customers.models import Customer
from journeys import engine, services
from journeys.enroll import Entering, Refusal, enroll_customers
from journeys.models import Enrollment, EntryTally
from journeys.tallies import tallies_by_day, tally_of
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, draft, live, step
from tests.threads import at_once

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P200D")
BY_KEY = {"policy": "per_key", "key": "order.id"}


def journey(*steps, **entry):
    return live(*(steps or (PAUSE,)), trigger={"kind": "api", "entry": entry}).journey


def entering(customer, key="", **properties):
    context = {"name": "$test", "occurred_at": NOON.isoformat(), "properties": properties}
    return Entering(customer.pk, key, context)


def people(many):
    return [builders.customer() for _ in range(many)]


def enroll(into, *entries, now=NOON):
    """Who was refused, by their place."""
    report = enroll_customers(into, entries, now)
    assert report.entered == len(entries) - len(report.refused)
    return report.refused


def test_customers_enter_with_their_context_and_are_due_at_once():
    into = journey()
    one = builders.customer()

    assert enroll(into, entering(one, total=7)) == {}

    row = Enrollment.objects.get()
    assert (row.customer, row.version, row.step, row.key) == (one, into.live_version, "pause", "")
    assert (row.standing, row.due_at, row.reached_at, row.entered_at) == ("due", NOON, NOON, NOON)
    assert row.context == {"name": "$test", "occurred_at": NOON.isoformat(), "properties": {"total": 7}}


def test_nobody_enters_what_is_not_live():
    one = builders.customer()
    assert enroll(draft(PAUSE, slug="draft"), entering(one)) == {0: Refusal.NOT_LIVE}
    into = journey()
    services.pause(into.pk)

    assert enroll(into, entering(one)) == {0: Refusal.NOT_LIVE}


def test_customer_who_is_gone_is_refused_and_hurts_nobody():
    into, one = journey(), builders.customer()
    gone = Entering(10**12, "", {"name": "x", "occurred_at": NOON.isoformat(), "properties": {}})

    assert enroll(into, gone, entering(one)) == {0: Refusal.GONE}


def test_policies_hold_for_all_ways_in():
    one = builders.customer()
    entry = {"policy": "again", "after": "P2D"}
    once, bye = journey(), step("bye", "exit", reason="x")
    again = live(bye, slug="b", trigger={"kind": "api", "entry": entry}).journey

    assert enroll(once, entering(one), entering(one)) == {1: Refusal.POLICY}
    assert enroll(once, entering(one), now=NOON + 400 * DAY) == {0: Refusal.POLICY}
    assert enroll(again, entering(one)) == {}
    engine.advance(NOON)
    assert enroll(again, entering(one), now=NOON + DAY) == {0: Refusal.POLICY}
    assert enroll(again, entering(one), now=NOON + 2 * DAY) == {}


def test_key_comes_from_the_context_or_from_the_caller():
    into, one = journey(**BY_KEY), builders.customer()

    refused = enroll(
        into,
        entering(one, order={"id": 1}),
        entering(one, order={"id": 2}),
        entering(one, "2"),
        entering(one, "3", order={"id": 1}),
        entering(one),
    )

    assert refused == {2: Refusal.POLICY}
    assert sorted(Enrollment.objects.values_list("key", flat=True)) == ["", "1", "2", "3"]


def test_at_most_so_many_runs_of_a_customer_are_live_at_once():
    into = journey(step("wait", "wait", span="P1D"), **BY_KEY, at_most=2)
    one, other = people(2)

    first = enroll(into, *(entering(one, key) for key in "abc"), entering(other, "a"))
    second = enroll(into, entering(one, "d"))
    engine.advance(NOON)
    engine.advance(NOON + DAY)
    third = enroll(into, *(entering(one, key) for key in "aef"), now=NOON + DAY)

    assert (first, second) == ({2: Refusal.POLICY}, {0: Refusal.POLICY})
    assert third == {0: Refusal.POLICY}  # a has been; e and f have the places of a and b
    assert Enrollment.objects.filter(customer=one).count() == 4


def test_dates_of_entering_hold():
    starts, ends = NOON + DAY, NOON + 2 * DAY
    into = journey(starts_at=starts.isoformat(), ends_at=ends.isoformat())
    a, b, c = people(3)

    assert enroll(into, entering(a), now=starts - timedelta(seconds=1)) == {0: Refusal.DATES}
    assert enroll(into, entering(a), now=starts) == {}
    assert enroll(into, entering(b), now=ends - timedelta(seconds=1)) == {}
    assert enroll(into, entering(c), now=ends) == {0: Refusal.DATES}


def test_rule_of_the_trigger_is_asked():
    into = live(PAUSE, trigger={"kind": "api", "rule": IN_ROME}).journey
    roman, other = builders.customer(traits={"city": "Roma"}), builders.customer()

    assert enroll(into, entering(other), entering(roman)) == {0: Refusal.RULE}


def test_cap_of_the_hour_lets_in_the_first_and_counts_the_rest():
    into = journey(entries_per_hour=3)
    crowd = people(6)

    assert enroll(into, *map(entering, crowd[:2])) == {}
    assert enroll(into, *map(entering, crowd[:5])) == {
        0: Refusal.POLICY, 1: Refusal.POLICY, 3: Refusal.CAP, 4: Refusal.CAP
    }  # fmt: skip
    assert enroll(into, entering(crowd[5]), now=NOON + HOUR - timedelta(seconds=1)) == {0: Refusal.CAP}
    assert enroll(into, entering(crowd[5]), now=NOON + HOUR) == {}


def test_cap_of_the_day_is_by_the_brands_calendar():
    into = journey(entries_per_day=2, entries_per_hour=1)
    midnight = datetime.fromisoformat("2025-03-04T00:00:00+01:00")  # of Rome
    a, b, c, d = people(4)

    assert enroll(into, entering(a), now=midnight - 2 * HOUR) == {}
    assert enroll(into, entering(b), now=midnight - 2 * HOUR) == {0: Refusal.CAP}
    assert enroll(into, entering(b), now=midnight - HOUR) == {}
    assert enroll(into, entering(c), now=midnight - HOUR / 2) == {0: Refusal.CAP}
    assert enroll(into, entering(c), now=midnight) == {}
    assert enroll(into, entering(d), now=midnight + HOUR) == {}


def test_each_verdict_is_counted_by_day():
    into = journey(entries_per_hour=1)
    a, b = people(2)
    enroll(into, entering(a))
    enroll(into, entering(a), entering(b))
    enroll(into, entering(b), now=NOON + DAY)

    assert tally_of(into.pk, NOON - DAY) == {"": 2, "policy": 1, "cap": 1}
    days = tallies_by_day(into.pk, NOON - DAY)
    assert [(day.isoformat(), dict(counts)) for day, counts in days.items()] == [
        ("2025-03-04", {"": 1}),
        ("2025-03-03", {"": 1, "policy": 1, "cap": 1}),
    ]


def test_events_that_come_over_a_cap_are_turned_away_in_their_order():
    live(PAUSE, trigger={"kind": "event", "event": "Order Completed", "entry": {"entries_per_hour": 2}})
    crowd = people(4)
    for one in reversed(crowd):
        builders.event(one)

    listen(NOON)

    assert set(Enrollment.objects.values_list("customer", flat=True)) == {crowd[3].pk, crowd[2].pk}
    assert dict(EntryTally.objects.values_list("verdict", "many")) == {"": 2, "cap": 2}


def test_enrolling_takes_the_same_few_queries_for_many():
    into = journey(entries_per_day=1000)

    def queries(many):
        entries = [entering(one) for one in people(many)]
        with CaptureQueriesContext(connection) as queries:
            assert enroll(into, *entries) == {}
        return len(queries)

    queries(1)
    assert queries(2) == queries(60) <= 8


@pytest.mark.django_db(transaction=True)
def test_callers_at_the_same_time_enroll_nobody_twice_and_keep_the_cap():
    into = journey(entries_per_hour=25)
    crowd = people(30)

    def run():
        enroll_customers(into, [entering(one) for one in crowd], NOON)

    at_once(*[run] * 6)

    assert Enrollment.objects.count() == Customer.objects.filter(enrollments__isnull=False).distinct().count()
    assert Enrollment.objects.count() == tally_of(into.pk, NOON - DAY)[""] == 25
