"""A journey is rehearsed over the API; what comes back is JSON, and what can't be is told by its path."""

import pytest

from channels.models import Channel, Message
from channels.secrets import seal
from tests.builders import DAY, NOON, consent, customer
from tests.clients import client
from tests.journeys.builders import IN_ROME, content, draft, step

pytestmark = pytest.mark.django_db
URL = "/api/v1/journeys/welcome/walk/"
ORDER = {"kind": "event", "event": "Order Completed"}


@pytest.fixture
def journey():
    Channel.objects.create(
        kind="email", provider="journal", settings=seal({"path": "nowhere"}), sender="S <s@e.com>"
    )
    content("hello")
    asked = step(
        "asked", "branch", {"rome": "letter", "else": None}, rules=[{"branch": "rome", "rule": IN_ROME}]
    )
    return draft(asked, step("letter", "send_email", content="hello"))


@pytest.fixture
def anna():
    made = customer(email="anna@example.com", traits={"city": "Roma"}, time_zone="Europe/Rome")
    consent(made)
    return made


def walk(**terms):
    return client("read").post(URL, terms, format="json")


@pytest.mark.usefixtures("journey")
def test_walk_is_told_as_json(anna):
    told = walk(person={"customer": str(anna.public_id)}, starts_at=NOON.isoformat(), inputs=[ORDER]).json()

    assert {key: told[key] for key in ("customer", "time_zone", "is_over")} == {
        "customer": str(anna.public_id),
        "time_zone": "Europe/Rome",
        "is_over": True,
    }
    assert [(one["kind"], one.get("step")) for one in told["path"] if one["kind"] != "customer"] == [
        ("input", None),
        ("entered", "asked"),
        ("passed", "asked"),
        ("message", "letter"),
        ("passed", "letter"),
        ("ended", "letter"),
    ]
    passed = next(one for one in told["path"] if one["kind"] == "passed")
    assert passed["why"][0]["holds"]
    assert passed["why"][0]["answers"][0]["found"] == "Roma"
    message = told["messages"][0]
    assert (message["state"], message["subject"], message["local"]) == (
        "sent",
        "Hello",
        "2025-03-03T13:00:00",
    )
    assert "Hello" in message["html"]
    assert not Message.objects.exists()


def test_walk_tries_another_draft_and_stops_where_it_is_told(journey):
    other = journey.draft | {"start": "rest", "steps": [step("rest", "wait", span="P9D")]}

    told = walk(draft=other, inputs=[{"kind": "enter"}], until="P1D", starts_at=NOON.isoformat()).json()

    assert (told["stands_at"], told["next_at"]) == ((NOON + DAY).isoformat(), (NOON + 9 * DAY).isoformat())
    assert told["enrollment"]["step"] == "rest"


@pytest.mark.usefixtures("journey")
@pytest.mark.parametrize(
    ("terms", "path"),
    [
        ({"person": {"customer": "00000000-0000-4000-8000-000000000000"}}, "person.customer"),
        ({"person": {"customer": "x"}}, "person.customer"),
        ({"inputs": [{"kind": "event"}]}, "inputs.0.event.event"),
        ({"inputs": "x"}, "inputs"),
        ({"until": "later"}, "until"),
        ({"starts_at": "0001-01-01T00:00:00Z"}, ""),
        ({"draft": {}}, "draft.trigger"),
        ({"sing": 1}, "sing"),
    ],
)
def test_what_cannot_be_walked_is_told(terms, path):
    answer = walk(**terms)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == path


TESTS = "/api/v1/journeys/welcome/tests/"


@pytest.mark.usefixtures("journey")
def test_tests_are_kept_run_and_deleted():
    api = client("design", "read")
    terms = {"starts_at": NOON.isoformat(), "inputs": [ORDER]}
    test = {"name": "nobody known", "terms": terms, "expects": {"messages": []}}

    kept = api.post(TESTS, test, format="json").json()
    passed = api.post(f"{TESTS}run/").json()
    api.post(TESTS, test | {"expects": {"path": []}}, format="json")
    failed = api.post(f"{TESTS}run/").json()
    listed = [one["expects"] for one in api.get(TESTS).json()]
    gone = api.delete(f"{TESTS}?name=nobody+known")

    assert kept["terms"] == terms
    assert passed == [{"name": "nobody known", "has_passed": True, "differences": []}]
    assert failed[0]["differences"] == ["expected the path empty; it is asked: else"]
    assert listed == [{"path": []}]
    assert gone.status_code == 204
    assert api.get(TESTS).json() == []
    assert api.delete(f"{TESTS}?name=nobody+known").status_code == 400


@pytest.mark.usefixtures("journey")
def test_test_that_cannot_be_read_is_refused_by_name():
    test = {"name": "x", "terms": {}, "expects": {"messages": "none"}}

    answer = client("design").post(TESTS, test, format="json")

    assert answer.status_code == 400
    assert {one["path"] for one in answer.json()["errors"]} == {"terms.starts_at", "expects.messages"}
