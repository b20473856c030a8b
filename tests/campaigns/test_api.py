import pytest

from campaigns import broadcast
from campaigns.models import Broadcast
from channels.models import Channel, Content, ContentText, Message
from customers.models import Segment
from tests.builders import NOON, customer
from tests.campaigns.test_broadcast import audience
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/broadcasts/"


def make(**fields):
    content = Content.objects.create(slug="hello", name="Hello", channel="sms")
    ContentText.objects.create(content=content, language="en", body="Hello")
    Channel.objects.create(kind="sms", provider="http_sms")
    body = {"name": "To all", "content": "hello", "segment": "all"}
    response = client("design").post(URL, body | fields, format="json")
    assert response.status_code == 201, response.content
    return f"{URL}{response.json()['id']}/"


def test_broadcast_goes_out_and_its_ledger_adds_up():
    audience(members=3)
    url = make()
    api = client("send")

    assert api.post(f"{url}schedule/").json()["state"] == "scheduled"
    broadcast.launch(NOON.replace(year=2099))
    Message.objects.filter(pk=Message.objects.first().pk).update(state="delivered", due_at=None)

    counts = api.get(f"{url}counts/").json()
    messages = results(api.get(f"{url}messages/"))
    assert counts == {
        "candidates": 3,
        "queued": 2,
        "held": 0,
        "sending": 0,
        "sent": 1,
        "suppressed": 0,
        "failed": 0,
        "uncertain": 0,
    }
    assert {row["source_id"] for row in messages} == {url.split("/")[-2]}
    assert [api.post(f"{url}{move}/").json()["state"] for move in ("pause", "resume", "cancel")] == [
        "paused",
        "sending",
        "cancelled",
    ]


def test_move_that_the_state_forbids_is_a_conflict():
    audience(members=0)
    url = make()

    response = client("send").post(f"{url}resume/")

    assert response.status_code == 409
    assert "To all" in response.json()["detail"]


def test_schedule_tells_what_is_missing_by_field():
    audience(members=0)
    url = make()
    Segment.objects.update(archived_at=NOON)

    response = client("send").post(f"{url}schedule/")

    assert [error["path"] for error in response.json()["errors"]] == ["segment"]
    assert Broadcast.objects.get().state == "draft"


def test_only_drafts_are_changed():
    audience(members=0)
    url = make()
    api = client("design", "send")

    assert api.patch(url, {"priority": 60}, format="json").json()["priority"] == 60
    api.post(f"{url}schedule/", {"starts_at": "2099-01-01T00:00:00Z"}, format="json")
    Broadcast.objects.update(state="scheduled")
    assert api.patch(url, {"priority": 70}, format="json").status_code == 409


def test_broadcasts_are_filtered_by_state():
    audience(members=0)
    make()
    customer()
    api = client("read")

    assert len(results(api.get(URL, {"state": "draft"}))) == 1
    assert results(api.get(URL, {"state": "sending"})) == []
