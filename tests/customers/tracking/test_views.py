import base64
import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.db import connection

from config import work
from customers.models import Event, InboxRow, Source
from customers.tracking import gather
from customers.tracking.gather import end_writer
from tests.builders import source
from tests.threads import at_once

pytestmark = [pytest.mark.usefixtures("shop"), pytest.mark.django_db]

KEY = "wk_test"
BASIC = "Basic " + base64.b64encode(b"wk_test:").decode()


@pytest.fixture
def shop() -> Source:
    return source(write_key=KEY)


@pytest.fixture
def writer() -> Iterator[None]:
    yield
    end_writer()


def post(client, path, body, **headers):
    headers = {"HTTP_AUTHORIZATION": BASIC} | {
        f"HTTP_{name.upper()}": value for name, value in headers.items()
    }
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    return client.generic("POST", path, body, "text/plain", **headers)


def stored() -> list[dict]:
    return list(InboxRow.objects.order_by("id").values_list("payload", flat=True))


TRACK = {"userId": "u1", "event": "Order Completed", "properties": {"total": 3}, "messageId": "m1"}


@pytest.mark.parametrize(
    "header",
    [
        BASIC,
        "Basic " + base64.b64encode(b"wk_test").decode(),
        "Bearer wk_test",
    ],
)
def test_track_takes_the_write_key_of_the_header(client, shop, header):
    assert post(client, "/v1/track", TRACK, authorization=header).status_code == 200
    assert InboxRow.objects.get().source_id == shop.id


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t"])
def test_track_takes_the_write_key_of_the_body(client, path):
    answer = post(client, path, TRACK | {"writeKey": KEY}, authorization="")

    assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert (InboxRow.objects.get().kind, InboxRow.objects.get().message_id) == ("track", "m1")


@pytest.mark.parametrize("key", ["wrong", "", "\x00", "é"])
def test_unknown_write_key_is_refused(client, key):
    header = "Basic " + base64.b64encode(f"{key}:".encode()).decode()

    assert post(client, "/v1/track", TRACK, authorization=header).status_code == 401
    assert stored() == []


@pytest.mark.parametrize(
    "header", ["Basic é", "Basic ///", "Basic", "Bearer", "Bearer " + "x" * 9000, "Digest x"]
)
def test_broken_authorization_is_refused(client, header):
    assert post(client, "/v1/track", TRACK, authorization=header).status_code == 401


def test_write_key_that_is_switched_off_is_refused(client):
    Source.objects.update(is_active=False)

    assert post(client, "/v1/track", TRACK).status_code == 401


def test_message_id_is_assigned_where_there_is_none(client):
    post(client, "/v1/identify", {"userId": 42})

    row = InboxRow.objects.get()
    assert len(row.message_id) == 36
    assert row.payload["identities"] == {"external_id": "42"}


def test_batch_merges_its_context_and_corrects_times_by_sent_at(client):
    fast = datetime.now(UTC) + timedelta(hours=3)
    body = {
        "context": {"locale": "it-IT", "timezone": "Europe/Rome"},
        "sentAt": fast.isoformat(),
        "batch": [
            {"type": "page", "anonymousId": "a1", "name": "Home", "timestamp": fast.isoformat()},
            TRACK | {"type": "track", "context": {"locale": "en"}},
        ],
    }

    assert post(client, "/v1/batch", body).status_code == 200
    page, track = stored()
    assert (page["event"], page["properties"], page["language"]) == ("Page Viewed", {"name": "Home"}, "it-IT")
    assert (track["language"], track["time_zone"]) == ("en", "Europe/Rome")
    assert abs(datetime.fromisoformat(page["occurred_at"]) - datetime.now(UTC)) < timedelta(seconds=20)


def test_batch_with_bad_events_names_each_and_stores_nothing(client):
    body = {
        "batch": [
            TRACK | {"type": "track"},
            {"type": "track", "userId": "u1"},
            {"type": "dance", "userId": "u1"},
            {"type": "identify"},
            {"type": "track", "userId": "u1", "event": 7},
            TRACK | {"type": "track", "timestamp": "yesterday"},
        ]
    }

    answer = post(client, "/v1/batch", body)

    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["path"] for error in answer.json()["errors"]] == [
        "batch.1.event",
        "batch.2.type",
        "batch.3.userId",
        "batch.4.event",
        "batch.5.timestamp",
    ]
    assert stored() == []


def deep(levels: int) -> object:
    value: object = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b'{"userId":"u","event":"E","properties":{"a":NaN}}', "properties.a"),
        (b'{"userId":"u","event":"E","properties":{"a":[1,1e400]}}', "properties.a.1"),
        (b'{"userId":"u","event":"E","properties":{"a":{"b":"\\u0000"}}}', "properties.a.b"),
        (b'{"userId":"u","event":"E","properties":{"a":"\\ud800"}}', "properties.a"),
        (b'{"userId":"u","event":"E","traits":{"a":"\\udc00x"}}', "traits.a"),
        (json.dumps(TRACK | {"properties": deep(20)}).encode(), "properties" + ".a" * 19),
        (b'{"userId":"u","event":"E","properties":{"\\u0000":1}}', "properties"),
        (b'{"userId":"u","event":"E","properties":[1]}', "properties"),
        (b'{"userId":"u","event":"$customer_created"}', "event"),
        (b'{"userId":"u","event":"' + b"x" * 201 + b'"}', "event"),
        (b'{"userId":{"a":1},"event":"E"}', "userId"),
        (b'{"event":"E"}', "userId"),
        (b'{"userId":"  ","event":"E"}', "userId"),
        (
            b'{"userId":"u","event":"E","consents":[{"channel":"E-Mail","granted":true}]}',
            "consents.0.channel",
        ),
        (b"", ""),
        (b"null", ""),
        (b"[]", ""),
        (b"{", ""),
        (b"\xff\xfe", ""),
        (b'{"a":' * 400, ""),
        (b"[" * 16000 + b"]" * 16000, ""),
        (b'{"userId":"u","event":"\xed\xa0\x80"}', "event"),
    ],
)
def test_bad_call_is_refused_with_the_name_of_its_field(client, body, path):
    answer = post(client, "/v1/track", body)

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["path"] == path
    assert stored() == []


def test_nesting_of_twenty_is_taken(client):
    assert post(client, "/v1/track", TRACK | {"properties": deep(19)}).status_code == 200


@pytest.mark.parametrize(
    "year", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"]
)
def test_impossible_year_becomes_the_time_of_receipt(client, year):
    assert (
        post(client, "/v1/track", TRACK | {"timestamp": year, "sentAt": "2020-01-01T00:00:00Z"}).status_code
        == 200
    )

    row = InboxRow.objects.get()
    assert datetime.fromisoformat(row.payload["occurred_at"]) == row.received_at


def test_old_timestamp_is_kept(client):
    post(client, "/v1/track", TRACK | {"timestamp": "2019-05-01T10:00:00"})

    assert stored()[0]["occurred_at"] == "2019-05-01T10:00:00Z"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/track", TRACK | {"properties": {"a": "x" * 33_000}}),
        ("/v1/batch", {"batch": [TRACK | {"type": "track", "properties": {"a": "x" * 33_000}}]}),
        ("/v1/batch", {"batch": [TRACK | {"type": "track", "properties": {"a": "x" * 30_000}}] * 18}),
    ],
)
def test_what_is_too_large_is_refused(client, path, body):
    assert post(client, path, body).status_code == 413
    assert stored() == []


def test_gzip_is_inflated(client):
    body = gzip.compress(json.dumps(TRACK).encode())

    assert post(client, "/v1/track", body, content_encoding="gzip").status_code == 200
    assert stored()[0]["event"] == "Order Completed"


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (gzip.compress(b"x" * 5_000_000), "gzip", 413),
        (gzip.compress(gzip.compress(b"{}")), "gzip", 413),
        (gzip.compress(gzip.compress(b"{}")), "gzip, gzip", 413),
        (gzip.compress(b'{"userId":"u"}')[:-4], "gzip", 400),
        (b"{}", "gzip", 400),
        (b"{}", "br", 415),
        (b"{}", "\xff", 415),
    ],
    ids=["bomb", "twice", "twice and said", "cut", "none", "unknown", "no ASCII"],
)
def test_bad_encoding_is_refused(client, body, encoding, status):
    assert post(client, "/v1/batch", body, content_encoding=encoding).status_code == status


def test_preflight_is_answered_for_every_origin(client):
    answer = client.options("/v1/t", HTTP_ORIGIN="https://shop.example")

    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (204, "*")
    assert "Authorization" in answer["Access-Control-Allow-Headers"]


def test_get_is_refused(client):
    assert client.get("/v1/track").status_code == 405


def test_empty_batch_is_taken(client):
    assert post(client, "/v1/batch", {"batch": []}).status_code == 200


def test_value_that_only_postgresql_refuses_is_400(client):
    answer = post(
        client, "/v1/track", b'{"userId":"u","event":"E","properties":{"a":1' + b"0" * 30_000 + b"}}"
    )

    assert answer.status_code in {200, 400}


@pytest.mark.usefixtures("writer")
@pytest.mark.django_db(transaction=True)
def test_calls_of_many_threads_are_stored_by_few_commits(client):
    def send(number):
        return post(client, "/v1/track", TRACK | {"messageId": f"m{number}"}).status_code

    statuses = at_once(*(partial(send, number) for number in range(40)))
    work.settle(datetime.now(UTC))

    assert statuses == [200] * 40
    assert Event.objects.filter(name="Order Completed").count() == 40


@pytest.mark.usefixtures("writer")
@pytest.mark.django_db(transaction=True)
def test_database_that_refuses_gives_503_with_retry_after(client):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE customers_inboxrow RENAME TO gone")
    try:
        answer = post(client, "/v1/track", TRACK)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO customers_inboxrow")

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")


def test_preflight_allows_the_headers_that_it_asks_for(client):
    asked = {"HTTP_ORIGIN": "https://shop.example", "HTTP_ACCESS_CONTROL_REQUEST_HEADERS": "x-retry-count"}

    assert client.options("/v1/b", **asked)["Access-Control-Allow-Headers"] == "x-retry-count"


def test_settings_tell_a_browser_where_to_send(client):
    answer = client.get(f"/v1/projects/{KEY}/settings")

    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, "*")
    assert answer.json()["integrations"]["Segment.io"] == {
        "apiKey": KEY,
        "apiHost": "testserver/v1",
        "protocol": "http",
    }
    assert client.get("/v1/projects/wrong/settings").status_code == 401
    assert client.post(f"/v1/projects/{KEY}/settings").status_code == 405


def test_source_that_sends_more_than_it_may_is_told_to_wait(client, shop):
    Source.objects.filter(pk=shop.pk).update(most_per_second=2)
    many = {"batch": [TRACK | {"type": "track", "messageId": f"m{n}"} for n in range(20)]}

    assert post(client, "/v1/batch", many).status_code == 200
    answer = post(client, "/v1/track", TRACK)

    assert (answer.status_code, answer["Retry-After"]) == (429, "1")
    assert abs(int(answer["X-RateLimit-Reset"]) - datetime.now(UTC).timestamp()) < 20
    assert len(stored()) == 20


@pytest.mark.usefixtures("writer")
@pytest.mark.django_db(transaction=True)
def test_calls_beyond_what_can_wait_are_refused_for_now(client, monkeypatch):
    monkeypatch.setattr(gather, "MOST_WAITING", 0)

    answer = post(client, "/v1/track", TRACK)

    assert (answer.status_code, answer["Retry-After"]) == (429, "2")
    assert "X-RateLimit-Reset" in answer
    assert stored() == []


def test_traits_come_from_the_context_too_and_the_call_s_own_win(client):
    body = {
        "userId": "u",
        "traits": {"city": "Roma"},
        "context": {"traits": {"city": "Bari", "plan": "gold"}},
    }

    post(client, "/v1/identify", body)

    assert stored()[0]["traits"] == {"city": "Roma", "plan": "gold"}
