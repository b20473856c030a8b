"""SMS and push over HTTP, against a server that answers well and badly."""

import json
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta

import pytest

from channels.provider import TemporaryDeliveryError
from channels.providers.http_push import HttpPush
from channels.providers.http_sms import HttpSms
from sandbox.receivers.server import receiving
from tests.channels.providers.outgoing import answers, outgoing
from tests.channels.providers.server import accepting, serving

THREE = [outgoing(number, f"+3933300000{number}") for number in (1, 2, 3)]


def sms(url: str) -> HttpSms:
    return HttpSms(url=f"{url}/sms", token="t0ken")


def items(*statuses: str) -> bytes:
    said = {"accepted": {"id": "x", "status": "accepted"}, "odd": {"status": "perhaps"}, "none": 5}
    rejected = {"status": "rejected", "error": "UNREGISTERED"}
    return json.dumps({"messages": [said.get(status, rejected) for status in statuses]}).encode()


def test_batch_is_handed_over_in_one_request():
    with serving(accepting) as server:
        receipts = sms(server.url).send(THREE)

    assert answers(receipts) == {1: "accepted", 2: "accepted", 3: "accepted"}
    assert receipts[0].provider_id == "p-00000000-0000-0000-0000-000000000001"
    (asked,) = server.asked
    assert asked["headers"]["Authorization"] == "Bearer t0ken"
    assert asked["body"]["messages"][0] == {
        "id": "00000000-0000-0000-0000-000000000001",
        "to": "+39333000001",
        "from": "Sette <hello@sette.example>",
        "text": '{"hello": 1}',
    }


def test_single_message_carries_its_idempotency_key():
    with serving(accepting) as server:
        HttpPush(url=server.url, token="t").send([outgoing(7, "device")])

    assert server.asked[0]["headers"]["Idempotency-Key"] == "00000000-0000-0000-0000-000000000007"
    assert set(server.asked[0]["body"]["messages"][0]) == {"id", "to", "title", "body", "url"}


def test_bad_recipient_hurts_nobody_else():
    with serving(lambda _: (200, {}, items("accepted", "rejected", "odd"))) as server:
        receipts = sms(server.url).send(THREE)

    assert answers(receipts) == {1: "accepted", 2: "refused", 3: "unknown"}
    assert [receipt.is_gone for receipt in receipts] == [False, True, False]


@pytest.mark.parametrize(
    ("headers", "after"),
    [
        ({"Retry-After": "90"}, timedelta(seconds=90)),
        ({"Retry-After": "Sun, 22 Nov 2026 12:01:00 GMT", "Date": "Sun, 22 Nov 2026 12:00:00 GMT"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
        ({"Retry-After": "99999999999"}, timedelta(hours=24)),
    ],
)
def test_busy_provider_is_left_alone_for_as_long_as_it_asks(headers, after):
    with (
        serving(lambda _: (429, headers, b"")) as server,
        pytest.raises(TemporaryDeliveryError) as caught,
    ):
        sms(server.url).send(THREE)

    assert caught.value.retry_after == after or "Date" in headers
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "rests"), [(500, False), (503, False), (408, False), (401, True), (404, True)]
)
def test_provider_that_takes_nothing_is_asked_again_later(status, rests):
    with (
        serving(lambda _: (status, {}, b"")) as server,
        pytest.raises(TemporaryDeliveryError) as caught,
    ):
        sms(server.url).send(THREE)

    assert (caught.value.retry_after is not None) is rests


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"messages": []}', b'{"messages": 3}', None])
def test_answer_that_can_not_be_read_leaves_the_fate_unknown(body):
    with serving(lambda _: (200, {}, body)) as server:
        receipts = sms(server.url).send(THREE)

    assert set(answers(receipts).values()) == {"unknown"}


def test_answer_that_comes_too_late_leaves_the_fate_unknown(settings):
    settings.PROVIDER_TIMEOUT = timedelta(seconds=0.24)
    with receiving_slowly() as server:
        receipts = sms(server.url).send(THREE)

    assert set(answers(receipts).values()) == {"unknown"}


def test_answer_that_comes_letter_by_letter_takes_no_longer_than_a_call_may(settings):
    settings.PROVIDER_TIMEOUT = timedelta(seconds=0.6)
    started = time.monotonic()
    with dripping() as url:
        receipts = sms(url).send(THREE)

    assert set(answers(receipts).values()) == {"unknown"}
    assert time.monotonic() - started < 2


@contextmanager
def dripping():
    """A server that says the body of its answer letter by letter."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n")
            for _letter in range(60):
                connection.sendall(b"x")
                time.sleep(0.1)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread.join(10)
    listener.close()


def receiving_slowly():
    late = threading.Event()
    return serving(lambda asked: (late.wait(1), accepting(asked))[1])


def test_batch_refused_as_a_whole_is_halved_down_to_the_bad_one():
    def answer(asked):
        ids = [item["id"] for item in asked["body"]["messages"]]
        bad = "00000000-0000-0000-0000-000000000002"
        return (422, {}, b"bad number") if bad in ids else accepting(asked)

    with serving(answer) as server:
        receipts = sms(server.url).send(THREE)

    assert answers(receipts) == {1: "accepted", 2: "refused", 3: "accepted"}


def test_nobody_there_means_try_again():
    with serving(accepting) as server:
        pass

    with pytest.raises(TemporaryDeliveryError, match="can't be reached"):
        sms(server.url).send(THREE)


def test_redirect_is_not_followed():
    with serving(lambda _: (302, {"Location": "http://127.0.0.1:1/"}, b"")) as server:
        receipts = sms(server.url).send(THREE[:1])

    assert answers(receipts) == {1: "refused"}
    assert len(server.asked) == 1


def test_sandbox_receiver_takes_sms_and_push(tmp_path):
    with receiving(tmp_path) as receivers:
        first = HttpSms(url=f"{receivers.url}/sms", token="t").send(THREE)
        again = HttpSms(url=f"{receivers.url}/sms", token="t").send(THREE)
        HttpPush(url=f"{receivers.url}/push", token="t").send([outgoing(9, "device")])
        counts = receivers.store.counts()

    assert first == again
    assert set(answers(first).values()) == {"accepted"}
    assert (counts["sms"], counts["push"]) == (3, 1)
