import pytest
from django.contrib.auth.models import User

from campaigns.models import Broadcast
from channels.models import Message
from customers.models import InboxRow, Segment, Stage
from insights import progress
from insights.progress import SOURCES, jobs
from journeys.models import Simulation, Start, VersionMove
from sandbox.models import Replay
from tests.builders import DAY, NOON, customer
from tests.channels.rows import content
from tests.journeys.builders import live, step

pytestmark = pytest.mark.django_db
WAIT = step("a", "wait", {"next": None}, span="P1D")


def told():
    return [(job.title, job.note, job.percent) for job in jobs(NOON, lambda _right: True)]


def all_up_to_date():
    Segment.objects.update(rebuilt_at=NOON)
    Stage.objects.update(rebuilt_at=NOON)


def test_nothing_is_told_where_nothing_runs():
    all_up_to_date()
    Segment.objects.create(slug="list", name="List", kind="list")
    Segment.objects.create(slug="gone", name="Gone", archived_at=NOON)

    assert told() == []


def test_each_thing_that_runs_is_told_with_how_far_it_is():
    all_up_to_date()
    version = live(WAIT)
    journey, last = version.journey, [customer() for _ in range(4)][-1].pk
    Simulation.objects.create(
        journey=journey,
        draft={},
        days=30,
        customers=10,
        until=NOON,
        asked_at=NOON,
        state="running",
        progress=0.25,
    )
    Segment.objects.create(slug="slow", name="Slow", rebuilt_to=last // 2)
    Stage.objects.update(rebuilt_at=None, changed_at=NOON, rebuilt_to=last)
    sale = Broadcast.objects.create(
        name="Sale",
        content=content(),
        segment=Segment.objects.get(slug="slow"),
        state="sending",
        candidates=4,
    )
    Message.objects.create(
        customer_id=last, channel="sms", source="broadcast", source_id=sale.pk, created_at=NOON, due_at=NOON
    )
    Start.objects.create(journey=journey, version=version, at=NOON, last_id=0, entered=7)
    Start.objects.create(journey=journey, version=version, at=NOON + DAY)  # lies ahead
    VersionMove.objects.create(
        journey=journey, from_version=version, to_version=version, steps={}, asked_at=NOON, moved=3
    )
    Replay.objects.create(name="year", starts_at=NOON - DAY, ends_at=NOON + DAY, reached_at=NOON)

    assert told() == [
        ("Simulation of welcome", "running", 25),
        ("Members of Slow", "everybody is asked its rule", 100 * (last // 2) // last),
        ("Stages of all customers", "everybody is asked their rules", 99),
        ("Broadcast Sale", "1 message is left", 75),
        ("Customers enter welcome", "7 have entered", 0),
        ("New version of welcome", "3 have moved", None),
        ("Replay of year", "has reached 3 Mar 2025", 50),
    ]


def test_calls_that_wait_are_told_where_they_are_many(monkeypatch):
    all_up_to_date()
    monkeypatch.setattr(progress, "BACKLOG", 2)

    def wait(many):
        InboxRow.objects.bulk_create(
            InboxRow(received_at=NOON, message_id="m", kind="track", payload={}) for _ in range(many)
        )

    wait(2)
    assert told() == []
    wait(1)
    assert told() == [("Calls are being applied", "3 wait", None)]


def test_the_panel_is_asked_for_again_only_while_something_runs(client):
    client.force_login(User.objects.create_superuser("ada"))
    all_up_to_date()
    Segment.objects.create(slug="slow", name="Slow")

    running = client.get("/admin/running/").content.decode()
    Segment.objects.update(rebuilt_at=NOON)
    ended = client.get("/admin/running/?before=1").content.decode()
    idle = client.get("/admin/running/").content.decode()

    assert ("every 4s" in running, "Members of Slow" in running) == (True, True)
    assert ("every 4s" in ended, "All is done" in ended) == (False, True)
    assert ("every 4s" in idle, "All is done" in idle) == (False, False)


def test_only_what_the_reader_may_see_is_told():
    Segment.objects.create(slug="slow", name="Slow")

    assert [job.title for job in jobs(NOON, "customers.view_segment".__eq__)] == ["Members of Slow"]


def test_each_right_that_is_asked_for_exists():
    boss = User.objects.create_superuser("boss")

    assert {right for right, _source in SOURCES} <= boss.get_all_permissions()
