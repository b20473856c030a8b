import pytest

from channels.models import Cap, Channel, Content, Message, MessageState
from tests.builders import NOON, customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
CONTENTS = "/api/v1/contents/"


@pytest.fixture(autouse=True)
def real_providers(settings):
    """Providers on other machines may be set up."""
    settings.REHEARSAL = False


def sms(body="Hello {{ customer.first_name }}", language="en", **fields):
    text = {"language": language, "body": body}
    return {"slug": "hello", "name": "Hello", "channel": "sms", "texts": [text]} | fields


def make(**fields):
    return client("design").post(CONTENTS, sms(**fields), format="json")


def message(of, state="queued", **fields):
    due_at = NOON if state in {"queued", "held"} else None
    made = Message.objects.create(
        customer=of,
        channel="sms",
        source="broadcast",
        source_id=1,
        state=state,
        due_at=due_at,
        created_at=NOON,
        **fields,
    )
    made.refresh_from_db()
    return made


def test_content_is_made_with_its_texts():
    shown = make().json()

    assert (shown["slug"], [text["language"] for text in shown["texts"]]) == ("hello", ["en"])


def test_content_with_a_broken_text_is_refused_with_its_line():
    response = make(body="one\n{% if x %}\ntwo")

    assert response.status_code == 400
    error = response.json()["errors"][0]
    assert error["path"] == "texts.en.body"
    assert "line" in error["message"]
    assert Content.objects.count() == 0


def test_texts_of_a_change_replace_those_that_there_are():
    make()
    api = client("design")
    texts = [{"language": "it", "body": "Ciao"}, {"language": "en", "body": "Hi"}]

    changed = api.patch(f"{CONTENTS}hello/", {"texts": texts}, format="json").json()
    kept = api.patch(f"{CONTENTS}hello/", {"name": "Greeting"}, format="json").json()

    assert sorted(text["body"] for text in changed["texts"]) == ["Ciao", "Hi"]
    assert (kept["name"], len(kept["texts"])) == ("Greeting", 2)


@pytest.mark.parametrize(
    "texts", [[{"language": "en"}], [{"body": "x"}], [{"language": "en", "body": "x"}] * 2, [{}], "x", [None]]
)
def test_texts_that_are_none_are_refused(texts):
    make()

    response = client("design").patch(f"{CONTENTS}hello/", {"texts": texts}, format="json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"].startswith("texts")


def test_check_tells_what_is_wrong_and_keeps_nothing():
    api = client("read")

    assert client("design").post(f"{CONTENTS}check/", sms(), format="json").json() == {"errors": []}
    wrong = client("design").post(f"{CONTENTS}check/", sms(body="{{ x.__class__ }}"), format="json").json()

    assert [error["path"] for error in wrong["errors"]] == ["texts.en.body"]
    assert results(api.get(CONTENTS)) == []


def test_preview_shows_the_message_of_a_customer():
    make()
    one = customer(traits={"first_name": "Ada"})

    shown = client("personal").post(f"{CONTENTS}hello/preview/", {"customer": one.public_id}, format="json")

    assert shown.json()["text"] == "Hello Ada"
    assert Message.objects.count() == 0


def test_preview_names_what_is_missing():
    make()
    one = customer()

    response = client("read").post(f"{CONTENTS}hello/preview/", {"customer": one.public_id}, format="json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"] == "texts.en.body"


def test_preview_in_a_language_that_is_not_there_is_refused():
    make()
    body = {"customer": customer().public_id, "language": "fr"}

    response = client("read").post(f"{CONTENTS}hello/preview/", body, format="json")

    assert [error["path"] for error in response.json()["errors"]] == ["language"]


def test_content_of_a_message_is_not_deleted():
    make()
    message(customer(), content=Content.objects.get())

    assert client("design").delete(f"{CONTENTS}hello/").status_code == 409


@pytest.mark.parametrize(
    ("cap", "path"),
    [
        ({"window": "rolling"}, "span"),
        ({"window": "rolling", "span": "-P1D"}, "span"),
        ({"window": "day", "span": "P1D"}, "span"),
        ({"limit": 0}, "limit"),
        ({"limit": 99_999}, "limit"),
        ({"stage": "nirvana"}, "stage"),
        ({"channel": "fax"}, "channel"),
    ],
)
def test_cap_that_cant_hold_is_refused(cap, path):
    body = {"name": "few", "limit": 3, "window": "week"} | cap

    response = client("design").post("/api/v1/caps/", body, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]


def test_cap_is_made_changed_and_deleted():
    api = client("design")
    body = {"name": "few", "limit": 3, "window": "rolling", "span": "P7D", "stage": "use"}

    made = api.post("/api/v1/caps/", body, format="json").json()
    url = f"/api/v1/caps/{made['id']}/"
    changed = api.patch(url, {"window": "week", "span": None}, format="json").json()

    assert (made["span"], made["stage"]) == ("P7DT00H00M00S", "use")
    assert (changed["window"], changed["span"]) == ("week", None)
    assert api.delete(url).status_code == 204
    assert Cap.objects.count() == 0


def test_messages_are_filtered_as_the_ledger_counts_them():
    one = customer()
    for state in MessageState.values:
        if state != "sending":
            message(one, state)
        one = customer()
    api = client("read")

    states = {row["state"] for row in results(api.get("/api/v1/messages/", {"fate": "sent"}))}

    assert states == {"sent", "delivered", "bounced", "complained"}
    assert len(results(api.get("/api/v1/messages/"))) == len(MessageState.values) - 1


def test_messages_are_filtered_by_customer_reason_and_state():
    one, other = customer(), customer()
    held = message(one, "held", reason="cap", detail="3 a week")
    message(other, "held", reason="quiet_hours")
    api = client("read")

    by_reason = results(api.get("/api/v1/messages/", {"customer": one.public_id, "reason": "cap"}))
    of_customer = results(api.get(f"/api/v1/customers/{one.public_id}/messages/", {"state": "held"}))

    assert [row["id"] for row in by_reason] == [str(held.public_id)]
    assert [row["detail"] for row in of_customer] == ["3 a week"]


def test_channel_is_set_up_and_its_settings_are_never_shown():
    api = client()
    body = {
        "provider": "smtp",
        "settings": {"url": "smtp://ada:secret@mail.example.com"},
        "sender": "Sette <a@example.com>",
    }

    shown = api.patch("/api/v1/channels/email/", body, format="json")
    off = api.patch("/api/v1/channels/email/", {"is_active": False}, format="json").json()

    assert shown.status_code == 200, shown.content
    assert "secret" not in shown.content.decode()
    assert shown.json()["settings_set"][-1] == "url"
    assert (off["is_active"], off["sender"], off["health"]) == (False, "Sette <a@example.com>", "off")
    assert [row["channel"] for row in api.get("/api/v1/channels/").json()] == ["email"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "provider"),
        ({"provider": "pigeon"}, "provider"),
        ({"provider": "http_sms"}, "provider"),
        ({"provider": "smtp", "settings": {"url": "gopher://x"}}, "settings"),
        ({"provider": "smtp", "settings": {}}, "settings.url"),
        ({"provider": "smtp", "sender": "a\nb"}, "sender"),
    ],
)
def test_channel_that_cant_send_is_refused(body, path):
    response = client().patch("/api/v1/channels/email/", body, format="json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"].startswith(path)
    assert Channel.objects.count() == 0


def test_providers_tell_their_settings():
    told = client("read").get("/api/v1/channels/providers/").json()

    assert told["smtp"]["channel"] == "email"
    assert "url" in told["smtp"]["settings"]["properties"]
