"""What the designer asks of a rehearsal: each walks anew, nothing is kept but a test, slips are told."""

import json

import pytest
from django.contrib.auth.models import Permission, User

from channels.models import Channel
from channels.secrets import seal
from journeys.models import Enrollment, KeptTest
from tests.builders import consent, customer
from tests.journeys.builders import content, draft, graph, step

pytestmark = pytest.mark.django_db
ORDER = {"at": "PT0S", "kind": "event", "event": "Order Completed", "properties": {"total": 12}}
PERSON = {"identities": {"email": "anna@example.com"}, "consents": [{"channel": "email"}]}
TERMS = {"person": PERSON, "starts_at": "2025-03-03T12:00:00+00:00", "inputs": [ORDER]}
PAUSE = step("pause", "wait", {"next": "letter"}, span="P2D")
LETTER = step("letter", "send_email", content="hello")


@pytest.fixture
def journey():
    nowhere = seal({"path": "nowhere"})
    Channel.objects.create(kind="email", provider="journal", settings=nowhere, sender="S <s@example.com>")
    content("hello")
    return draft(PAUSE, LETTER)


def post(client, journey, name, body):
    url = f"/admin/journeys/{journey.pk}/{name}/"
    return client.post(url, json.dumps(body), content_type="application/json")


def walk(client, journey, terms=TERMS, drawn=None):
    return post(client, journey, "walk", {"graph": drawn or journey.draft, "terms": terms})


def test_walk_is_told_in_words_with_how_messages_look(admin_client, journey):
    told = walk(admin_client, journey).json()

    assert [(one["kind"], one["step"], one["title"], one["note"]) for one in told["seen"]] == [
        ("customer", "", "Consent granted: e-mail", ""),
        ("input", "", "Order Completed", '{"total": 12}'),
        ("entered", "pause", "Entered the journey", ""),
        ("waits", "pause", "", "waits"),
        ("passed", "pause", "", ""),
        ("message", "letter", "hello", "e-mail"),
        ("passed", "letter", "", "sent"),
        ("ended", "letter", "Left the journey", "came to its end"),
    ]
    letter = told["seen"][5]
    assert (letter["at"], letter["state"], letter["fate"]) == ("2025-03-05T12:00:00+00:00", "sent", "sent")
    assert "<html" in letter["frame"]
    assert (told["is_cut"], told["has_entered"]) == (False, True)
    assert not Enrollment.objects.exists()


def test_gate_tells_why_a_message_does_not_go_out(admin_client, journey):
    refused = {"at": "P1D", "kind": "consent", "channel": "email", "granted": False}

    told = walk(admin_client, journey, TERMS | {"inputs": [ORDER, refused]}).json()

    message = next(one for one in told["seen"] if one["kind"] == "message")
    assert (message["state"], message["reason"]) == ("suppressed", "no consent: email")
    assert ("input", "Consent refused: e-mail") in [(one["kind"], one["title"]) for one in told["seen"]]


def test_what_is_drawn_is_walked_not_what_is_stored(admin_client, journey):
    told = walk(admin_client, journey, drawn=graph(LETTER)).json()

    assert [one["step"] for one in told["seen"] if one["kind"] == "passed"] == ["letter"]


def test_chosen_customer_walks_for_those_only_who_may_see_customers(admin_client, client, journey):
    anna = customer(email="anna@example.com", traits={"first_name": "Anna"})
    consent(anna)
    chosen = TERMS | {"person": {"customer": str(anna.public_id)}}

    assert walk(admin_client, journey, chosen).json()["customer"] == str(anna.public_id)
    vera = User.objects.create_user("vera", is_staff=True)
    vera.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client.force_login(vera)
    assert walk(client, journey, chosen).status_code == 403
    assert walk(client, journey).json()["has_entered"]
    assert post(client, journey, "tests/keep", {"name": "of Anna", "terms": TERMS}).status_code == 403


def test_walk_is_kept_as_a_test_and_run(admin_client, journey):
    until = "2025-03-05T12:00:00+00:00"
    kept = post(admin_client, journey, "tests/keep", {"name": "of Anna", "terms": TERMS | {"until": until}})

    test = KeptTest.objects.get()
    assert kept.json() == {"name": "of Anna"}
    assert (test.name, len(test.expects["messages"]), test.terms["until"]) == ("of Anna", 1, until)
    ran = admin_client.post(f"/admin/journeys/{journey.pk}/tests/", follow=True).content.decode()
    assert "of Anna: passed" in ran
    changed = admin_client.post(
        f"/admin/journeys/kepttest/{test.pk}/change/",
        {"name": "of Anna", "terms": json.dumps(test.terms), "expects": '{"messages": [{"state": "lost"}]}'},
    )
    assert "expects.messages.0.state" in changed.content.decode()


def test_page_of_tests_says_how_to_make_one(admin_client, journey):
    assert "None yet" in admin_client.get(f"/admin/journeys/{journey.pk}/tests/").content.decode()


@pytest.mark.parametrize(
    ("name", "body", "path"),
    [
        ("walk", [], ""),
        ("walk", {"graph": {}, "terms": TERMS}, "trigger"),
        ("walk", {"terms": TERMS | {"person": []}}, "person"),
        ("walk", {"terms": TERMS | {"inputs": [{"kind": "sing"}]}}, "inputs.0"),
        ("walk", {"terms": TERMS | {"starts_at": "soon"}}, "starts_at"),
        ("walk", {"terms": TERMS | {"until": "later"}}, "until"),
        ("tests/keep", {"terms": TERMS}, ""),
        ("tests/keep", {"name": 7, "terms": TERMS}, ""),
    ],
)
def test_slips_are_told(admin_client, journey, name, body, path):
    drawn = {"graph": journey.draft} if name == "walk" and isinstance(body, dict) else {}
    answer = post(admin_client, journey, name, {**drawn, **body} if isinstance(body, dict) else body)

    assert answer.status_code == 400
    assert path in [error["path"] for error in answer.json()["errors"]]
