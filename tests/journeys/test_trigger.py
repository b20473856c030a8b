import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from config import work
from customers.events import NewEvent, write_events
from customers.lists import Named, Operation, change_members
from customers.models import Segment
from customers.segments import save_segment
from journeys import engine, services
from journeys.models import Enrollment, EventCursor
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, ORDERED, live, step
from tests.threads import at_once

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P2D")
FIFTY = {"property": "total", "operator": "at_least", "value": 50}


def entered():
    return list(Enrollment.objects.order_by("pk").values_list("customer_id", "key"))


def test_listen_enrolls_whom_the_event_names():
    version = live(PAUSE)
    one = builders.customer()
    builders.event(one, "Order Completed", NOON, {"total": 7})
    builders.event(builders.customer(), "Page Viewed", NOON)

    assert listen(NOON) == 2

    enrollment = Enrollment.objects.get()
    assert (enrollment.customer, enrollment.version, enrollment.journey) == (one, version, version.journey)
    assert (enrollment.step, enrollment.visit, enrollment.standing) == ("pause", 1, "due")
    assert (enrollment.due_at, enrollment.entered_at, enrollment.reached_at) == (NOON, NOON, NOON)
    assert enrollment.context["name"] == "Order Completed"
    assert enrollment.context["properties"] == {"total": 7}


def test_listen_hears_each_event_once():
    live(PAUSE, trigger=ORDERED | {"entry": {"policy": "per_key", "key": "order_id"}})
    for number in range(5):
        builders.event(builders.customer(), properties={"order_id": number})

    assert [listen(NOON, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert Enrollment.objects.count() == 5
    assert EventCursor.objects.filter(last_event_id__gt=0).count() == 2


def test_listen_counts_from_the_event_that_came_late_by_an_hour_at_most():
    live(PAUSE)
    builders.event(builders.customer(), at=NOON - HOUR / 2)
    builders.event(builders.customer(), at=NOON - DAY)
    builders.event(builders.customer(), at=NOON + DAY)

    listen(NOON)

    times = Enrollment.objects.order_by("pk").values_list("reached_at", flat=True)
    assert list(times) == [NOON - HOUR / 2, NOON - HOUR, NOON]


@pytest.mark.parametrize("where", [[FIFTY], {"not": True, "rules": [{"not": True, "rules": [FIFTY]}]}])
def test_listen_asks_the_filter_of_the_event_and_the_rule_of_the_customer(where):
    live(PAUSE, trigger=ORDERED | {"where": where, "rule": IN_ROME})
    roman, other = builders.customer(traits={"city": "Roma"}), builders.customer()
    builders.event(roman, properties={"total": 49})
    builders.event(other, properties={"total": 50})
    listen(NOON)
    assert entered() == []

    builders.event(roman, properties={"total": 50})
    listen(NOON)
    assert entered() == [(roman.pk, "")]


def test_whoever_is_put_on_a_list_enters_the_journeys_that_begin_with_it():
    guests = save_segment(Segment(slug="guests", name="Guests", kind="list"), NOON)
    live(PAUSE, trigger={"kind": "segment_entered", "segment": "guests"})
    one = builders.customer(external_id="1")
    builders.customer(external_id="2")

    change_members(guests, Operation.APPEND, [Named(1, "external_id:1")], NOON)
    work.settle(NOON)

    assert entered() == [(one.pk, "")]


@pytest.mark.parametrize(
    ("trigger", "name", "properties"),
    [
        ({"kind": "segment_entered", "segment": "vip"}, "$segment_entered", {"segment": "vip"}),
        ({"kind": "segment_left", "segment": "vip"}, "$segment_left", {"segment": "vip"}),
        ({"kind": "stage_reached", "stage": "use"}, "$stage_changed", {"from": "action", "to": "use"}),
    ],
)
def test_listen_hears_moves_between_segments_and_stages(trigger, name, properties):
    Segment.objects.create(slug="vip", name="VIP")
    live(PAUSE, trigger=trigger)
    one = builders.customer()
    builders.event(builders.customer(), name, properties=dict.fromkeys(properties, "another"))
    builders.event(one, name, properties=properties)

    listen(NOON)

    assert entered() == [(one.pk, "")]


def come_again(policy, *moments, key="", **entry):
    live(step("bye", "exit"), trigger=ORDERED | {"entry": {"policy": policy, **entry}})
    one = builders.customer()
    for moment in moments:
        builders.event(one, at=moment, properties={"order": {"id": key}})
        listen(moment)
        engine.advance(moment)
    return Enrollment.objects.count()


def test_entry_once_lets_a_customer_in_once():
    assert come_again("once", NOON, NOON + DAY, NOON + 400 * DAY) == 1


def test_entry_again_lets_a_customer_in_after_a_span():
    assert come_again("again", NOON, NOON + DAY, NOON + 3 * DAY, after="P2D") == 2


def test_entry_again_without_a_span_lets_a_customer_in_whenever_not_inside():
    assert come_again("again", NOON, NOON + DAY) == 2


def test_entry_per_key_lets_a_customer_in_once_for_each_value():
    live(PAUSE, trigger=ORDERED | {"entry": {"policy": "per_key", "key": "order.id"}})
    one = builders.customer()
    for number in (1, 2, 1, "x" * 300):
        builders.event(one, properties={"order": {"id": number}})
    builders.event(one)

    listen(NOON)

    assert sorted(key for _, key in entered()) == ["", "1", "2", "x" * 200]


def test_nobody_is_twice_in_a_journey_at_a_time():
    live(PAUSE, trigger=ORDERED | {"entry": {"policy": "again"}})
    one = builders.customer()
    for _ in range(3):
        builders.event(one)

    listen(NOON)

    assert entered() == [(one.pk, "")]


def test_listen_lets_nobody_into_journeys_that_are_not_live():
    version = live(PAUSE)
    services.pause(version.journey_id)
    builders.event(builders.customer())

    assert listen(NOON) == 1
    assert entered() == []


def test_listen_makes_an_enrollment_due_whose_event_came():
    version = live(
        step("paid", "wait_for", {"next": None}, event="Paid", at_most="P9D"),
    )
    one, two = builders.customer(), builders.customer()
    for each in (one, two):
        builders.event(each)
    listen(NOON)
    while engine.advance(NOON):
        pass
    builders.event(one, "Paid", NOON + HOUR)
    builders.event(two, "Page Viewed", NOON + HOUR)

    listen(NOON + HOUR)
    engine.advance(NOON + HOUR)

    assert list(
        Enrollment.objects.filter(version=version).order_by("pk").values_list("standing", flat=True)
    ) == [
        "ended",
        "event",
    ]


def test_listen_takes_the_same_few_queries_however_many_events_came():
    for number in range(3):
        where = [{"property": "total", "operator": "at_least", "value": number}]
        live(PAUSE, slug=f"j{number}", trigger=ORDERED | {"where": where, "rule": IN_ROME})

    def queries_for(customers):
        for _ in range(customers):
            builders.event(builders.customer(traits={"city": "Roma"}), properties={"total": 5})
        with CaptureQueriesContext(connection) as queries:
            assert listen(NOON) == customers
        return len(queries)

    queries_for(1)
    assert queries_for(2) == queries_for(40) <= 22
    assert Enrollment.objects.count() == 43 * 3


@pytest.mark.django_db(transaction=True)
def test_many_listeners_let_each_customer_in_once():
    live(PAUSE, trigger=ORDERED | {"entry": {"policy": "again"}})
    people = [builders.customer() for _ in range(50)]
    write_events([NewEvent(one.pk, "Order Completed", NOON, {}) for one in people for _ in range(4)], NOON)
    heard = []

    def run():
        while count := listen(NOON, limit=7):
            heard.append(count)

    at_once(*[run] * 6)

    assert sum(heard) == 200
    assert Enrollment.objects.count() == 50


@pytest.mark.django_db(transaction=True)
def test_many_engines_advance_each_enrollment_once():
    live(step("first", "wait", {"next": "second"}, span="P1D"), step("second", "wait", span="P1D"))
    write_events([NewEvent(builders.customer().pk, "Order Completed", NOON, {}) for _ in range(200)], NOON)
    listen(NOON)
    moved = []

    def run():
        for day in range(3):
            while count := engine.advance(NOON + day * DAY, limit=11):
                moved.append(count)

    at_once(*[run] * 6)
    run()

    assert Enrollment.objects.filter(standing="ended").count() == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT (enrollment_id, visit)) FROM journeys_steplog")
        assert cursor.fetchone() == (400, 400)
