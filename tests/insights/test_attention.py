from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.urls import resolve

from campaigns.models import Broadcast
from channels.models import Cap, Channel, Message
from customers.models import InboxRow, RepairSweep, Segment
from customers.schema import note_events
from insights.attention import CHECKS, concerns
from insights.models import Reading
from insights.readings import READERS, take_readings
from journeys.models import Journey, PublishRequest
from tests.builders import DAY, HOUR, NOON, customer, event, source
from tests.channels.rows import content
from tests.insights.test_barriers import stay, year_before
from tests.journeys.builders import enrolled, live, step

pytestmark = pytest.mark.django_db


def told(now=NOON):
    return [(one.level, one.many, one.text, one.note) for one in concerns(now, lambda _right: True)]


def message(state, at=NOON - HOUR, **fields):
    values = {
        "channel": "sms",
        "source": "api",
        "source_id": 0,
        "created_at": at,
        "state": state,
        "closed_at": at,
    }
    return Message.objects.create(**({"customer": customer()} | values | fields))


@pytest.fixture
def journey():
    return live(step("a", "wait", {"next": None}, span="P1D")).journey


def inside(journey, **fields):
    enrolled(journey.live_version, customer(), **fields)


def test_nothing_is_told_where_all_is_well(journey):
    inside(journey)
    Channel.objects.create(kind="sms", provider="http_sms")
    message("sent")
    RepairSweep.objects.create(started_at=NOON, finished_at=NOON)

    assert told() == []


def test_what_is_told_comes_with_its_number_and_leads_to_a_page_that_there_is(journey):
    PublishRequest.objects.create(journey=journey, graph={}, asked_at=NOON)
    for _ in range(2):
        inside(journey, is_on_hold=True, attempts=5)
    inside(journey, lacks="content:gone", is_on_hold=True)
    Channel.objects.create(kind="sms", provider="http_sms")
    message("failed", reason="exhausted")
    message("uncertain", reason="no_answer")
    segment = Segment.objects.create(slug="slow", name="Slow", stalled_at=NOON)
    Broadcast.objects.create(name="Sale", content=content(), segment=segment, state="paused")
    InboxRow.objects.create(received_at=NOON, message_id="m", kind="track", payload={}, state="parked")
    RepairSweep.objects.create(started_at=NOON, finished_at=NOON, missing=1, misplaced=2, findings={"x": 3})

    name = str(journey)
    assert told() == [
        ("bad", 2, f"customers are parked in {name}", "their step failed five times"),
        ("bad", 1, f"customer stands still in {name}", "the content gone is gone"),
        ("bad", 2, "messages failed on the channel SMS in a day", ""),
        ("bad", 1, "call could not be applied", ""),
        ("bad", 1, "segment is not kept up to date: Slow", "its rule takes too long"),
        ("warn", 1, f"journey waits for approval: {name}", ""),
        (
            "warn",
            1,
            "message could not be handed over this week",
            "the provider failed again and again: send them again",
        ),
        ("warn", 1, "message is uncertain this week", "the provider's answer never came"),
        ("warn", 1, "broadcast is paused", ""),
        ("warn", 3, "memberships and stages were wrong", "they are mended"),
    ]
    for one in concerns(NOON, lambda _right: True):
        assert resolve(urlsplit(one.url).path).app_name == "admin"


def test_paused_journey_is_told(journey):
    Journey.objects.update(state="paused")

    assert told() == [("warn", 1, f"journey is paused: {journey}", "")]


def test_late_channel_is_told():
    Channel.objects.create(kind="sms", provider="http_sms")
    message("queued", closed_at=None, due_at=NOON - HOUR)

    assert told() == [("bad", 1, "message waits on the channel SMS, which is late", "")]


def test_customers_beyond_a_cap_are_told_after_the_next_reading():
    Cap.objects.create(name="one", limit=1, window="rolling", span=DAY)
    ada = customer()
    for hours in (1, 2):
        message("sent", customer=ada, slot_at=NOON - hours * HOUR)
    before = told()
    take_readings(NOON)

    assert before == []
    assert told(NOON + 2 * HOUR) == [
        ("warn", 1, "customer has had more than the cap one allows", "2\xa0hours ago")
    ]


def test_source_of_which_nothing_has_come_for_a_day_is_told():
    shop, closed = source(), source("closed", "wk_closed")
    closed.is_active = False
    closed.save()
    for of in (shop, closed):
        event(customer(), at=NOON, source=of)
    note_events(NOON)
    note_events(NOON + HOUR)  # which remembers what the first one heard

    assert told(NOON + DAY) == []
    assert told(NOON + 2 * DAY) == [("warn", 2, "days without an event of the source shop", "")]


def test_barriers_are_told():
    year_before()
    for _ in range(30):
        stay(NOON - 6 * DAY)
    take_readings(NOON)

    [(level, many, text, _note)] = told()
    assert (level, text) == ("warn", "customers more than expected stay long in interest")
    assert 10 < many < 30


def test_readings_are_taken_again_when_they_are_due_or_the_clock_went_back():
    def taken():
        return dict(Reading.objects.values_list("name", "taken_at"))

    take_readings(NOON)
    take_readings(NOON + timedelta(minutes=10))

    later = NOON + timedelta(minutes=10)
    assert taken() == {name: later if name == "pressure" else NOON for name in READERS}
    take_readings(NOON - DAY)
    assert set(taken().values()) == {NOON - DAY}


@pytest.mark.usefixtures("journey")
def test_only_what_the_reader_may_see_is_told():
    Journey.objects.update(state="paused")
    RepairSweep.objects.create(started_at=NOON, missing=1)

    assert [one.icon for one in concerns(NOON, "journeys.view_journey".__eq__)] == ["pause_circle"]


def test_each_right_that_is_asked_for_exists():
    boss = User.objects.create_superuser("boss")

    assert {right for right, _check in CHECKS} <= boss.get_all_permissions()
