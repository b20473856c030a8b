"""The whole way of a message: queued, let through, rendered, sent to the receivers, answered by a person."""

import json
import re
import zlib
from contextlib import closing

import pytest
from django.test import Client

from channels import hits
from channels.defaults import ensure_channels
from channels.gate import dispatch
from channels.models import ContentText, Message
from config import clock
from customers.models import InboxRow
from sandbox.receivers.server import receiving
from tests import builders
from tests.builders import HOUR, NOON
from tests.channels import rows
from tests.channels.content.samples import page

pytestmark = pytest.mark.django_db(transaction=True)
CHANNELS = ("email", "sms", "push", "webhook")
BROWSER = {"HTTP_USER_AGENT": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"}


@pytest.fixture
def receivers(tmp_path):
    with receiving(tmp_path) as running:
        ensure_channels(running.smtp_port, running.url, "token")
        yield running


def received(receivers, kind: str) -> list[str]:
    with closing(receivers.store.connect()) as connection:
        found = connection.execute("SELECT raw FROM received WHERE kind = ?", [kind]).fetchall()
    return [zlib.decompress(raw).decode() for (raw,) in found]


def test_messages_of_every_channel_arrive(receivers):
    anna = builders.customer(email="anna@example.com", phone="+393331234567", push_token="device-1")
    for kind in CHANNELS:
        builders.consent(anna, kind)
        rows.message(anna, rows.content(kind))
    ContentText.objects.filter(content__channel="webhook").update(
        body='{"customer": {{ customer.language|tojson }}}', link=f"{receivers.url}/hook/orders"
    )

    assert [dispatch(kind, NOON) for kind in CHANNELS] == [1, 1, 1, 1]

    assert set(Message.objects.values_list("channel", "state")) == {(kind, "sent") for kind in CHANNELS}
    assert receivers.store.counts() == dict.fromkeys(CHANNELS, 1)
    assert json.loads(received(receivers, "webhook")[0]) == {"customer": "en"}
    assert json.loads(received(receivers, "sms")[0])["to"] == "+393331234567"


def test_reader_clicks_then_leaves_and_gets_no_more(receivers, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON + HOUR)
    anna = rows.reader()
    what = rows.content()
    ContentText.objects.update(body=page('<a href="https://shop.example/?a=1">Go</a>'))
    rows.message(anna, what)
    dispatch("email", NOON)
    (mail,) = received(receivers, "email")
    link, way_out = (re.search(rf"http://[^\s\"<>]*/m/{route}/[\w-]+", mail) for route in "cu")
    assert link
    assert way_out

    led = Client().get(link[0].split("8000", 1)[1], **BROWSER)
    left = Client().post(way_out[0].split("8000", 1)[1], {"List-Unsubscribe": "One-Click"})
    rows.message(anna, what, enrollment_id=2, step="again")
    dispatch("email", NOON + 2 * HOUR)
    hits.apply_hits(NOON + 2 * HOUR)

    assert (led["Location"], left.status_code) == ("https://shop.example/?a=1", 200)
    assert list(Message.objects.order_by("id").values_list("state", "reason")) == [
        ("sent", ""),
        ("suppressed", "no_consent"),
    ]
    assert len(received(receivers, "email")) == 1
    assert [row["event"] for row in InboxRow.objects.values_list("payload", flat=True)] == [
        "$message_clicked"
    ]
