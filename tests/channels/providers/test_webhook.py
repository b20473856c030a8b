"""Webhooks: to whom they go, to whom never, and what answers mean."""

import socket
import time

import pytest

from channels.providers.webhook import Webhook
from channels.wire.signature import is_signed
from tests.channels.providers.outgoing import answers, outgoing
from tests.channels.providers.server import Server, serving

NOWHERE = [
    *("http://127.0.0.1/", "http://localhost/", "http://LOCALHOST.:80/", "http://[::1]/", "http://0.0.0.0/"),
    *(
        "http://10.0.0.1/",
        "http://172.16.0.1/",
        "http://192.168.1.1/",
        "http://[fd00::1]/",
        "http://100.64.0.1/",
    ),
    *("http://169.254.169.254/latest/meta-data/", "http://[fe80::1]/", "http://metadata.google.internal/"),
    *(
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::7f00:1]/",
    ),
    *("http://2130706433/", "http://0x7f000001/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f.1/"),
    *("http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/", "http://192.88.99.1/"),
    *("//evil.example/", "javascript:alert(1)", "file:///etc/passwd", "ftp://a.example/", "", "http:///"),
    *("http://user:pass@a.example/", "http://a.example\\@127.0.0.1/", "http://printer.local/"),
]


def hook(server: Server, **fields: str) -> Webhook:
    return Webhook(receiver=server.url.removeprefix("http://"), **fields)


@pytest.fixture(autouse=True)
def _sandbox(settings):
    settings.SANDBOX = True


@pytest.mark.parametrize("url", NOWHERE)
def test_address_that_is_not_public_is_refused(url):
    (receipt,) = Webhook().send([outgoing(link=url)])

    assert receipt.answer == "refused"
    assert receipt.reason


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::1"]
)
def test_name_that_leads_to_a_private_address_is_refused(monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: found)

    assert answers(Webhook().send([outgoing(link="http://rebind.example/")])) == {1: "refused"}


def test_local_receiver_alone_may_be_called():
    with serving(lambda _: (200, {}, b"{}")) as server, serving(lambda _: (200, {}, b"{}")) as other:
        webhook = hook(server)
        receipts = webhook.send(
            [outgoing(1, link=f"{server.url}/hook/a"), outgoing(2, link=f"{other.url}/hook/a")]
        )

    assert answers(receipts) == {1: "accepted", 2: "refused"}
    assert [asked["path"] for asked in server.asked] == ["/hook/a"]
    assert other.asked == []


def test_local_receiver_is_for_sandboxes_only(settings):
    settings.SANDBOX = False
    with serving(lambda _: (200, {}, b"{}")) as server:
        receipts = hook(server).send([outgoing(link=f"{server.url}/hook/a")])

    assert answers(receipts) == {1: "refused"}


def test_call_is_signed_and_carries_its_key():
    with serving(lambda _: (204, {}, b"")) as server:
        hook(server, secret="s3cret").send([outgoing(5, link=f"{server.url}/hook/a")])

    (asked,) = server.asked
    assert asked["headers"]["Idempotency-Key"] == "00000000-0000-0000-0000-000000000005"
    assert is_signed("s3cret", asked["headers"]["Sette-Signature"], asked["raw"], time.time())
    assert asked["body"] == {"hello": 1}


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        *((200, "accepted"), (202, "accepted"), (301, "refused"), (302, "refused"), (400, "refused")),
        *((410, "refused"), (408, "try_again"), (429, "try_again"), (500, "try_again"), (503, "try_again")),
    ],
)
def test_status_says_what_became_of_a_call(status, answer):
    with serving(lambda _: (status, {"Location": "http://127.0.0.1:9/", "Retry-After": "7"}, b"")) as server:
        (receipt,) = hook(server).send([outgoing(link=f"{server.url}/hook/a")])

    assert receipt.answer == answer
    assert (receipt.after is not None) is (answer == "try_again")
    assert len(server.asked) == 1


def test_lost_answer_leaves_the_fate_unknown():
    with serving(lambda _: (200, {}, None)) as server:
        receipts = hook(server).send([outgoing(link=f"{server.url}/hook/a")])

    assert answers(receipts) == {1: "unknown"}


def test_nobody_there_means_try_again():
    with serving(lambda _: (200, {}, b"")) as server:
        pass

    assert answers(hook(server).send([outgoing(link=f"{server.url}/x")])) == {1: "try_again"}


def test_many_calls_go_out_at_once():
    with serving(lambda _: (200, {}, b"x" * 100)) as server:
        receipts = hook(server).send([outgoing(number, link=f"{server.url}/hook") for number in range(1, 41)])

    assert set(answers(receipts).values()) == {"accepted"}
    assert len(server.asked) == 40


def test_endless_answer_is_not_read():
    with serving(lambda _: (200, {}, b"x" * 2_000_000)) as server:
        receipts = hook(server).send([outgoing(link=f"{server.url}/hook")])

    assert answers(receipts) == {1: "unknown"}


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b'{"tier": "gold", "n": [1, 2.5, null]}', '{"tier": "gold", "n": [1, 2.5, null]}'),
        (b"7", "7"),
        (b"", ""),
        (b"<html>", ""),
        (b'{"n": NaN}', ""),
        (b'{"n": 1e999}', ""),
        (b'{"text": "\\u0000"}', ""),
        (b'{"text": "\\ud800"}', ""),
        (b"\xff", ""),
        (b"[" * 5000 + b"]" * 5000, ""),
        (b'"' + b"x" * (16 * 1024) + b'"', ""),
    ],
)
def test_short_json_answer_is_kept(body, kept):
    with serving(lambda _: (200, {}, body)) as server:
        (receipt,) = hook(server).send([outgoing(link=f"{server.url}/hook/a")])

    assert (receipt.answer, receipt.body) == ("accepted", kept)


def test_answer_of_a_refusal_is_kept_too():
    with serving(lambda _: (422, {}, b'{"error": "no stock"}')) as server:
        (receipt,) = hook(server).send([outgoing(link=f"{server.url}/hook/a")])

    assert (receipt.answer, receipt.body) == ("refused", '{"error": "no stock"}')
