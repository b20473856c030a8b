"""Waits for several things, and spans by the calendar, through the engine."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from channels.models import Message
from customers.models import Segment
from journeys import engine, trigger
from journeys.models import StepLog
from journeys.queries import stuck
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
ROME = ZoneInfo("Europe/Rome")
WAIT = [
    {"branch": "paid", "event": "Paid", "where": [{"property": "total", "operator": "greater", "value": 10}]},
    {"branch": "loyal", "segment_entered": "loyal"},
    {"branch": "uses", "stage_reached": "use"},
]


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def settle(now):
    while trigger.listen(now) + engine.advance(now):
        pass


def taken():
    return list(StepLog.objects.order_by("id").values_list("step", "branch"))


def waiting(*awaited, **fields):
    Segment.objects.create(slug="loyal", name="Loyal", kind="list")
    settings = {"for": list(awaited or WAIT), "at_most": "P2D"} | fields
    one = enrolled(live(step("wait", "wait_for", **settings)), builders.customer())
    settle(NOON)
    one.refresh_from_db()
    return one


def test_wait_for_stands_at_all_its_events_and_is_due_when_the_time_is_up():
    one = waiting()

    assert (one.standing, one.due_at) == ("event", NOON + 2 * DAY)
    assert one.awaits == ["$segment_entered", "$stage_changed", "Paid"]
    settle(NOON + 2 * DAY)
    assert taken() == [("wait", "timed_out")]


@pytest.mark.parametrize(
    ("event", "properties", "branch"),
    [
        ("Paid", {"total": 11}, "paid"),
        ("$segment_entered", {"segment": "loyal"}, "loyal"),
        ("$stage_changed", {"from": "action", "to": "use"}, "uses"),
    ],
)
def test_wait_for_takes_the_branch_of_what_happened(event, properties, branch):
    one = waiting()

    builders.event(one.customer, event, NOON + HOUR, properties)
    settle(NOON + HOUR)

    assert taken() == [("wait", branch)]


@pytest.mark.parametrize(
    ("event", "properties"),
    [
        ("Paid", {"total": 10}),
        ("$segment_entered", {"segment": "other"}),
        ("$stage_changed", {"to": "interest"}),
        ("Other", {}),
    ],
)
def test_wait_for_stays_at_what_does_not_pass_its_filter(event, properties):
    one = waiting()

    builders.event(one.customer, event, NOON + HOUR, properties)
    settle(NOON + HOUR)

    one.refresh_from_db()
    assert (one.standing, one.due_at) == ("event", NOON + 2 * DAY)


def test_wait_for_goes_by_the_first_of_several_that_happened():
    one = waiting()

    builders.event(one.customer, "$stage_changed", NOON + 2 * HOUR, {"to": "use"})
    builders.event(one.customer, "Paid", NOON + HOUR, {"total": 50})
    settle(NOON + 3 * HOUR)

    assert taken() == [("wait", "paid")]


def test_wait_for_goes_on_when_the_message_of_a_step_was_clicked_before_or_after():
    content("hello")
    settings = {"for": [{"branch": "read", "clicked": "hello"}], "at_most": "P2D"}
    version = live(
        step("hello", "send_email", {"next": "wait"}, content="hello", then="move_on"),
        step("wait", "wait_for", **settings),
    )
    early, late, never = (enrolled(version, builders.customer()) for _ in range(3))
    engine.advance(NOON)
    Message.objects.filter(enrollment_id=early.pk).update(clicked_at=NOON - HOUR)
    settle(NOON)
    assert taken()[3:] == [("wait", "read")]

    Message.objects.filter(enrollment_id=late.pk).update(clicked_at=NOON + HOUR)
    for each in (late, never):
        builders.event(each.customer, "$message_clicked", NOON + HOUR)
    settle(NOON + HOUR)

    assert taken()[3:] == [("wait", "read")] * 2
    never.refresh_from_db()
    assert never.standing == "event"


def test_wait_holds_a_day_by_the_calendar_of_each_customer():
    version = live(step("pause", "wait", span="P1D"))
    evening = datetime(2025, 3, 29, 20, tzinfo=ROME).astimezone(UTC)  # the night in which Rome loses an hour
    roman = enrolled(version, builders.customer(time_zone="Europe/Rome"), evening)
    other = enrolled(version, builders.customer(time_zone="Asia/Tokyo"), evening)

    engine.advance(evening)

    roman.refresh_from_db()
    other.refresh_from_db()
    assert (roman.due_at, other.due_at) == (evening + timedelta(hours=23), evening + DAY)


def test_branch_asks_the_context_and_the_rule_of_each_case():
    big = {"property": "event.total", "operator": "at_least", "value": 100}
    web = {"property": "answers.ask.source", "operator": "equals", "value": "web"}
    paid = {"property": "trigger.name", "operator": "equals", "value": "Paid"}
    roman = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
    rules = [
        {"branch": "big", "rule": roman, "context": [big, paid]},
        {"branch": "web", "context": [web]},
        {"branch": "roman", "rule": roman},
    ]
    version = live(step("who", "branch", rules=rules))
    contexts = [
        {"name": "Paid", "properties": {"total": 100}},
        {"name": "Paid", "properties": {"total": 99}, "answers": {"ask": {"source": "web"}}},
        {"name": "Other", "properties": {"total": 100}},
        {},
    ]
    for context in contexts:
        enrolled(version, builders.customer(traits={"city": "Roma"}), context=context)
    enrolled(version, builders.customer(), context=contexts[0])

    engine.advance(NOON)

    branches = StepLog.objects.order_by("enrollment_id").values_list("branch", flat=True)
    assert list(branches) == ["big", "web", "roman", "roman", "else"]
