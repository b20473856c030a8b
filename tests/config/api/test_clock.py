import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from channels.models import Channel, Message
from config import clock
from journeys.models import StepLog
from tests.acceptance.world import World
from tests.clients import client
from tests.journeys.builders import content, live, step

pytestmark = pytest.mark.django_db
URL = "/api/v1/clock/"
NOON = "2025-03-03T12:00:00+00:00"
BEGUN = datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_clock_tells_real_time():
    told = client("read").get(URL).json()

    assert told["is_rehearsed"] is False


def test_clock_is_set_in_a_rehearsal(settings):
    settings.REHEARSAL = True

    told = client().post(URL, {"set_to": NOON}, format="json").json()

    assert told == {
        "now": NOON,
        "is_rehearsed": True,
        "target": NOON,
        "is_finished": True,
        "stops": 1,
        "done": {},
        "left": [],
    }
    assert clock.now() == datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_clock_advances_and_is_given_back(settings):
    settings.REHEARSAL = True
    api = client()
    api.post(URL, {"set_to": NOON}, format="json")

    advanced = api.post(URL, {"advance_by": "P1DT1H"}, format="json").json()
    freed = api.post(URL, {"set_to": None}, format="json").json()

    assert advanced["now"] == "2025-03-04T13:00:00+00:00"
    assert freed["is_rehearsed"] is False
    assert not clock.is_driven()


def test_clock_stands_where_time_is_real(settings):
    settings.REHEARSAL = False

    response = client().post(URL, {"set_to": NOON}, format="json")

    assert response.status_code == 409
    assert "SETTE_REHEARSAL" in response.json()["detail"]


def test_clock_that_another_drives_is_left_alone(settings):
    settings.REHEARSAL = True
    clock.drive("a replay")

    assert client().post(URL, {"set_to": NOON}, format="json").status_code == 409


@pytest.mark.parametrize(
    "move",
    [
        {},
        {"set_to": NOON, "advance_by": "P1D"},
        {"set_to": "yesterday"},
        {"set_to": "9999-12-31T23:59:59Z"},
        {"set_to": "0001-01-01T00:00:00+14:00"},
        {"advance_by": "-P1D"},
        {"advance_by": "P99999D"},
        {"advance_by": 10**29},
        [],
        "x",
    ],
)
def test_bad_move_is_refused(settings, move):
    settings.REHEARSAL = True

    assert client().post(URL, move, format="json").status_code == 400


@pytest.fixture
def inside(settings, tmp_path):
    """Two customers in a journey, who entered a minute and a bit apart."""
    settings.REHEARSAL = True
    world = World(tmp_path / "journal.jsonl")
    world.open_channels("email")
    content("hello")
    pause, morning = (
        step("pause", "wait", {"next": "morning"}, span="P3D"),
        step("morning", "wait_until", at="09:00"),
    )
    live(pause, morning | {"branches": {"next": "letter"}}, step("letter", "send_email", content="hello"))
    api = client()
    for name, at in (("anna", BEGUN), ("otto", BEGUN + timedelta(seconds=61, microseconds=7))):
        api.post(URL, {"set_to": at.isoformat()}, format="json")
        world.now = at
        customer = world.meet(name, "email")
        world.happens(customer, "Order Completed")
    return api


def left_at():
    rows = StepLog.objects.order_by("left_at", "customer_id", "visit")
    return list(rows.values_list("step", "left_at"))


def test_clock_stops_at_each_moment_that_something_is_due(inside):
    told = inside.post(URL, {"advance_by": "P30D"}, format="json").json()

    nine = datetime(2025, 3, 7, 8, tzinfo=UTC)  # in Rome
    letters = Message.objects.values_list("sent_at", flat=True)
    assert left_at() == [
        ("pause", BEGUN + timedelta(days=3)),
        ("pause", BEGUN + timedelta(days=3, seconds=61, microseconds=7)),
        ("morning", nine),
        ("letter", nine),
        ("morning", nine),
        ("letter", nine),
    ]
    assert list(letters) == [nine, nine]
    assert (told["stops"], told["is_finished"], told["left"]) == (5, True, [])
    assert told["done"]["journeys.advance"] > 0


def test_clock_leaves_off_where_a_request_would_take_too_long(inside, monkeypatch):
    monkeypatch.setattr("config.api.clock.PATIENCE", 0.0)

    begun = inside.post(URL, {"advance_by": "P30D"}, format="json").json()
    monkeypatch.undo()
    ended = inside.post(URL, {"set_to": begun["target"]}, format="json").json()

    assert not begun["is_finished"]
    assert begun["now"] < ended["now"] == begun["target"]
    assert ended["is_finished"]


def test_what_cannot_be_done_is_told_and_tried_again(inside):
    Channel.objects.update(rests_until=datetime(2025, 3, 7, 10, 20, tzinfo=UTC))

    resting = inside.post(URL, {"set_to": "2025-03-07T10:00:00Z"}, format="json").json()
    later = inside.post(URL, {"set_to": "2025-03-08T10:00:00Z"}, format="json").json()

    assert (resting["left"], later["left"]) == (["channels.dispatch_email"], [])
    assert Message.objects.first().sent_at == datetime(2025, 3, 7, 10, 30, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
def test_clock_waits_for_workers_that_have_begun(settings):
    """A worker that works at the old moment ends before the clock moves on."""
    settings.REHEARSAL = True
    begun, order = threading.Event(), []

    def work_on():
        with clock.attended():
            begun.set()
            time.sleep(0.3)
            order.append("worker")
        connection.close()

    worker = threading.Thread(target=work_on)
    worker.start()
    begun.wait()
    client().post(URL, {"set_to": NOON}, format="json")
    order.append("clock")
    worker.join()

    assert order == ["worker", "clock"]
