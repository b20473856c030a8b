"""What the outside world calls: links, pixel, way out, callbacks."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client

from channels import hits, links
from channels.callbacks import apply_reports
from channels.models import Callback, Message
from channels.setup import set_up_channel
from channels.wire.signature import sign
from config import clock
from customers.models import Consent, Event, InboxRow
from tests.builders import NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}
SECRET = "callback secret"


@pytest.fixture(autouse=True)
def _noon(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)


@pytest.fixture
def message() -> Message:
    return rows.message(
        rows.reader(language="it"),
        rows.content(topic="news"),
        due_at=None,
        state="sent",
        sent_at=NOON - timedelta(hours=1),
    )


def path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def click(message: Message, url: str = "https://shop.example/a", **headers) -> int:
    answer = Client().get(path(links.click_url(message.public_id, url)), **(BROWSER | headers))
    return answer.status_code


def happened() -> list[tuple[str, bool]]:
    rows_of_inbox = InboxRow.objects.order_by("id").values_list("payload", flat=True)
    return [(row["event"], bool(row["properties"].get("machine"))) for row in rows_of_inbox]


def test_click_leads_on_and_becomes_an_event(message):
    answer = Client().get(
        path(links.click_url(message.public_id, "https://shop.example/?a=1&b=2")), **BROWSER
    )

    assert (answer.status_code, answer["Location"]) == (302, "https://shop.example/?a=1&b=2")
    assert hits.apply_hits(NOON) == 1
    message.refresh_from_db()
    assert (message.clicked_at, message.state) == (NOON, "sent")
    assert happened() == [("$message_clicked", False)]
    assert InboxRow.objects.get().payload["properties"]["url"] == "https://shop.example/?a=1&b=2"


def test_click_said_twice_counts_once(message):
    assert [click(message), click(message)] == [302, 302]

    assert hits.apply_hits(NOON) == 1
    assert hits.apply_hits(NOON) == 0


@pytest.mark.parametrize("route", ["m/c/{}", "m/o/{}.gif", "m/u/{}"])
@pytest.mark.parametrize("token", ["x", "AAAA", "é", "%2F%2Fevil.example", "javascript:alert(1)", "A" * 3000])
def test_altered_token_is_not_found(route, token):
    assert Client().get("/" + route.format(token)).status_code == 404


def test_open_becomes_an_event(message):
    answer = Client().get(path(links.open_url(message.public_id)), **BROWSER)

    assert (answer.status_code, answer["Content-Type"], answer["Cache-Control"]) == (
        200,
        "image/gif",
        "no-store",
    )
    hits.apply_hits(NOON)
    message.refresh_from_db()
    assert message.opened_at == NOON
    assert happened() == [("$message_opened", False)]


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_USER_AGENT": "Examplebot/1.0"},
        {"HTTP_USER_AGENT": "Barracuda Sentinel"},
        {"HTTP_SEC_PURPOSE": "prefetch;prerender"},
    ],
)
def test_machine_leads_on_and_counts_for_nothing(message, headers):
    assert click(message, **headers) == 302

    hits.apply_hits(NOON)
    message.refresh_from_db()
    assert message.clicked_at is None
    assert happened() == [("$message_scanned", True)]


@pytest.mark.parametrize(
    "agent", ["", "curl/8.0", "Mozilla/5.0 (Linux; Android 13; CUBOT P60)", "Outlook-iOS/2.0"]
)
def test_odd_agent_is_no_machine(message, agent):
    click(message, HTTP_USER_AGENT=agent)

    hits.apply_hits(NOON)
    assert happened() == [("$message_clicked", False)]


def test_head_is_a_machine(message):
    Client().head(path(links.click_url(message.public_id, "https://shop.example/")), **BROWSER)

    hits.apply_hits(NOON)
    assert happened() == [("$message_scanned", True)]


def test_click_right_after_the_sending_waits_for_scanners(message):
    Message.objects.update(sent_at=NOON)
    click(message)
    assert hits.apply_hits(NOON) == 0

    Callback.objects.update(received_at=NOON - timedelta(days=3650))  # the wall's clock, long ago

    assert hits.apply_hits(NOON) == 1
    assert happened() == [("$message_clicked", False)]


def test_all_links_within_seconds_are_a_machine(message):
    Message.objects.update(sent_at=NOON)
    for number in range(5):
        click(message, f"https://shop.example/{number}")
    Callback.objects.update(received_at=NOON - timedelta(days=3650))

    assert hits.apply_hits(NOON) == 5
    message.refresh_from_db()
    assert message.clicked_at is None
    assert set(happened()) == {("$message_scanned", True)}


def test_hit_of_an_erased_message_still_leads_on(message):
    url = links.click_url(message.public_id, "https://shop.example/")
    message.delete()

    assert Client().get(path(url), **BROWSER).status_code == 302
    assert not Callback.objects.exists()


def test_looking_at_the_way_out_changes_nothing(message):
    url = path(links.unsubscribe_url(message.public_id))

    answers = [getattr(Client(), method)(url) for method in ("get", "head", "options")]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert "Set-Cookie" not in answers[0]
    assert "<form" in answers[0].content.decode()
    assert list(Consent.objects.values_list("is_granted", flat=True)) == [True, True]


def test_one_click_leaves_the_channel_without_cookie_or_token(message):
    client = Client(enforce_csrf_checks=True)

    answer = client.post(
        path(links.unsubscribe_url(message.public_id)), {"List-Unsubscribe": "One-Click"}, HTTP_USER_AGENT=""
    )

    assert answer.status_code == 200
    assert list(Consent.objects.filter(channel="email").values_list("topic", "is_granted")) == [("", False)]
    assert Consent.objects.get(channel="sms").is_granted
    assert Event.objects.filter(name="$consent_changed").count() == 1


def test_one_click_twice_is_one_change(message):
    url = path(links.unsubscribe_url(message.public_id))

    assert [Client().post(url).status_code for _ in range(2)] == [200, 200]
    assert Event.objects.filter(name="$consent_changed").count() == 1


def test_topic_alone_can_be_left(message):
    Client().post(path(links.unsubscribe_url(message.public_id)), {"only": "topic"})

    assert set(Consent.objects.filter(channel="email").values_list("topic", "is_granted")) == {
        ("", True),
        ("news", False),
    }


def test_page_speaks_the_customers_language(message):
    answer = Client().get(path(links.unsubscribe_url(message.public_id)), HTTP_ACCEPT_LANGUAGE="en")

    assert '<html lang="it">' in answer.content.decode()


def report(message: Message, /, **fields) -> bytes:
    event = {"id": "e1", "kind": "delivered", "message": str(message.public_id), "at": "2025-03-03T12:00:00Z"}
    return json.dumps({"events": [event | fields]}).encode()


def post(body: bytes, signature: str | None = None, provider: str = "http_sms"):
    headers = {"Sette-Signature": sign(SECRET, body, time.time()) if signature is None else signature}
    return Client().post(f"/callbacks/{provider}/", body, content_type="application/json", headers=headers)


@pytest.fixture
def _gateway():
    set_up_channel("sms", "http_sms", {"url": "http://127.0.0.1:9/", "token": "t", "callback_secret": SECRET})


@pytest.mark.usefixtures("_gateway")
def test_signed_callback_is_applied_and_its_replay_is_not(message):
    body = report(message)

    assert (post(body).status_code, post(body).json()) == (200, {"received": 1, "new": 0})

    apply_reports(NOON)
    message.refresh_from_db()
    assert message.state == "delivered"
    assert happened() == [("$message_delivered", False)]


@pytest.mark.usefixtures("_gateway")
@pytest.mark.parametrize(
    "signature",
    [
        *("", "nonsense", "t=1,v1=é", "sïgnature", f"t={10**11},v1={'0' * 64}"),
        sign(SECRET, b"{}", 1_700_000_000),
        sign("another", b"{}", time.time()),
    ],
    ids=["none", "nonsense", "no ASCII", "no parts", "in a far year", "stale", "by another"],
)
def test_callback_that_is_not_signed_rightly_is_refused(message, signature):
    answer = post(report(message), signature)

    assert answer.status_code == 401
    assert not Callback.objects.exists()


@pytest.mark.usefixtures("_gateway")
def test_stale_callback_is_refused(message):
    body = report(message)

    assert post(body, sign(SECRET, body, time.time() - 360)).status_code == 401
    assert post(body, sign(SECRET, body, time.time() - 240)).status_code == 200


@pytest.mark.usefixtures("_gateway")
@pytest.mark.parametrize(
    "fields",
    [
        *({"kind": "exploded"}, {"id": ""}, {"id": "a\0b"}, {"id": "x" * 201}, {"at": "yesterday"}),
        *(
            {"at": "0001-01-01T00:00:00+14:00"},
            {"at": "9999-12-31T23:59:59-12:00"},
            {"at": "2025-03-03T12:00:00"},
        ),
        *({"message": "no id"}, {"provider_id": "a\0"}, {"url": "a\0"}, {"url": 5}),
    ],
)
def test_callback_that_can_not_be_read_is_refused(message, fields):
    assert post(report(message, **fields)).status_code == 400
    assert not Callback.objects.exists()


@pytest.mark.usefixtures("_gateway")
@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b"\xff\xfe", b'{"events": 1}', b"[" * 10_000, b'{"events": [NaN]}']
)
def test_callback_that_is_no_json_is_refused(body):
    assert post(body).status_code == 400


@pytest.mark.usefixtures("_gateway")
@pytest.mark.parametrize("size", [1024 * 1024 + 1, 6 * 1024 * 1024])
def test_callback_that_is_too_large_is_refused(size):
    assert post(b" " * size).status_code == 413


def test_callback_of_nobody_is_not_found():
    assert post(b"{}").status_code == 404


@pytest.mark.usefixtures("_gateway")
def test_callback_by_get_is_not_allowed():
    assert Client().get("/callbacks/http_sms/").status_code == 405
