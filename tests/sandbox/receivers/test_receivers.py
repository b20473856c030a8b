"""The receivers over real sockets: what they accept is stored, what is told to go wrong goes wrong."""

import http.client
import json
import re
import smtplib
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from sandbox.receivers.server import Receivers, receiving
from sandbox.receivers.store import Store

ROOT = Path(__file__).resolve().parents[3]
TOKEN = {"Authorization": "Bearer secret"}


@pytest.fixture
def receivers(tmp_path: Path) -> Iterator[Receivers]:
    with receiving(tmp_path) as running:
        yield running


def mail(number: int = 1, text: str = "Ciao\n.\n..two dots\n", subject: str = "Offerta") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "shop@example.com", f"customer{number}@example.com"
    message["Subject"], message["Message-ID"] = subject, f"<{number}@sette.test>"
    message.set_content(text)
    return message


def send(receivers: Receivers, *messages: EmailMessage) -> None:
    with smtplib.SMTP("127.0.0.1", receivers.smtp_port, timeout=10) as client:
        for message in messages:
            client.send_message(message)


def call(
    receivers: Receivers, path: str, body: Any, headers: dict[str, str] = TOKEN, method: str = "POST"
) -> tuple[int, Any, dict[str, str]]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(receivers.url + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, json.loads(answer.read()), dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read()), dict(error.headers)


def go_wrong(receivers: Receivers, **fault: Any) -> None:
    assert call(receivers, "/faults", {"faults": [fault]})[0] == 200


def test_mail_is_stored_as_it_came(receivers):
    message = mail(subject="Caffè con il 20 %")

    send(receivers, message)

    (received,) = receivers.store.newest()
    assert (received.kind, received.sender, received.recipient, received.subject, received.message_id) == (
        "email",
        "shop@example.com",
        "customer1@example.com",
        "Caffè con il 20 %",
        "<1@sette.test>",
    )
    _, raw = receivers.store.get(received.id)
    assert raw.replace(b"\r\n", b"\n") == message.as_bytes()


def test_mail_that_comes_twice_is_there_twice(receivers):
    send(receivers, mail(), mail())

    assert receivers.store.counts() == {"email": 2}


def test_mail_with_an_empty_or_dotted_body_is_taken(receivers):
    with smtplib.SMTP("127.0.0.1", receivers.smtp_port, timeout=10) as client:
        client.sendmail("a@example.com", ["b@example.com"], b"")
        client.sendmail("a@example.com", ["b@example.com"], b".\r\n.\r\nx.")

    bodies = [receivers.store.get(received.id)[1] for received in receivers.store.newest()]
    assert bodies == [b".\r\n.\r\nx.\r\n", b"\r\n"]


def test_commands_in_one_go_are_answered_one_by_one(receivers):
    with socket.create_connection(("127.0.0.1", receivers.smtp_port), timeout=10) as connection:
        lines = connection.makefile("rb")
        lines.readline()
        connection.sendall(b"EHLO me\r\n")
        said = [lines.readline()]
        while said[-1][3:4] == b"-":
            said.append(lines.readline())
        envelope = b"MAIL FROM:<a@example.com> BODY=8BITMIME\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
        connection.sendall(envelope)
        codes = [lines.readline()[:3] for _ in range(3)]
        connection.sendall("Subject: perché\r\n\r\nsì\r\n.\r\n".encode() + envelope)
        codes += [lines.readline()[:3] for _ in range(4)]
        lines.close()

    assert {b"250-PIPELINING\r\n", b"250-8BITMIME\r\n", b"250-SMTPUTF8\r\n"} <= set(said)
    assert codes == [b"250", b"250", b"354", b"250", b"250", b"250", b"354"]
    assert receivers.store.newest()[0].subject == "perché"


def test_sms_is_stored_once_for_an_idempotency_key_and_answered_alike(receivers):
    body = {"id": "m-1", "to": "+390612345678", "from": "Sette", "text": "Ciao"}

    first, second = call(receivers, "/sms", body), call(receivers, "/sms", body)

    assert first[:2] == second[:2]
    assert first[1]["status"] == "accepted"
    assert (receivers.store.counts(), receivers.store.repeats()) == ({"sms": 1}, 1)


def test_same_key_of_another_kind_is_another_message(receivers):
    call(receivers, "/sms", {"id": "m-1", "to": "+39061", "text": "Ciao"})
    call(receivers, "/push", {"id": "m-1", "to": "device", "title": "Ciao", "body": "…", "url": "/"})

    assert receivers.store.counts() == {"push": 1, "sms": 1}


def test_batch_is_answered_per_message(receivers):
    go_wrong(receivers, wrong="refuse", kind="push", to="gone")
    batch = [{"id": "1", "to": "here", "title": "A"}, {"id": "2", "to": "gone"}, {"id": "3"}]

    status, body, _ = call(receivers, "/push", {"messages": batch})

    assert status == 200
    assert [item["status"] for item in body["messages"]] == ["accepted", "rejected", "rejected"]
    assert body["messages"][1]["error"] == "UNREGISTERED"
    assert [received.recipient for received in receivers.store.newest()] == ["here"]


def test_webhook_is_echoed_and_stored_by_its_key(receivers):
    headers = {"Idempotency-Key": "call-1"}
    for _ in range(2):
        status, body, _ = call(receivers, "/hook/crm?x=1", {"a": 1}, headers)

    assert (status, body["path"], body["body"]) == (200, "/hook/crm?x=1", '{"a": 1}')
    (received,) = receivers.store.newest(kind="webhook")
    assert (received.recipient, received.message_id, received.repeats) == ("/hook/crm?x=1", "call-1", 1)


@pytest.mark.parametrize(
    ("path", "body", "headers", "status"),
    [
        ("/sms", {"to": "+39"}, {}, 401),
        ("/sms", b"{", TOKEN, 400),
        ("/sms", {"messages": 3}, TOKEN, 400),
        ("/sms", {"text": "nobody"}, TOKEN, 422),
        ("/sms", [], TOKEN, 422),
        ("/nowhere", {}, TOKEN, 404),
        ("/faults", {"faults": [{"wrong": "everything"}]}, {}, 400),
        ("/faults", {"faults": [{"odd": 1}]}, {}, 400),
    ],
)
def test_bad_request_is_refused_and_stores_nothing(receivers, path, body, headers, status):
    answered, said, _ = call(receivers, path, body, headers)

    assert (answered, receivers.store.counts()) == (status, {})
    assert said.get("error")


def test_busy_says_when_to_come_back_as_often_as_told(receivers):
    go_wrong(receivers, wrong="busy", kind="sms", seconds=7, times=1)
    body = {"id": "m-1", "to": "+39061", "text": "Ciao"}

    status, _, headers = call(receivers, "/sms", body)

    assert (status, headers["Retry-After"], receivers.store.counts()) == (429, "7", {})
    assert call(receivers, "/sms", body)[0] == 200


def test_share_of_errors_is_the_same_for_the_same_seed(receivers):
    answers = []
    for _ in range(2):
        call(receivers, "/faults", {"seed": 5, "faults": [{"wrong": "error", "share": 0.3, "status": 502}]})
        answers.append([call(receivers, "/sms", {"to": "+39061", "text": "x"})[0] for _ in range(60)])

    assert answers[0] == answers[1]
    assert 8 <= answers[0].count(502) <= 28
    assert receivers.store.counts() == {"sms": 120 - 2 * answers[0].count(502)}


def test_vanish_stores_and_does_not_answer(receivers):
    go_wrong(receivers, wrong="vanish", times=2)

    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        call(receivers, "/sms", {"id": "m-1", "to": "+39061", "text": "x"})
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(receivers, mail())

    assert receivers.store.counts() == {"email": 1, "sms": 1}


def test_broken_answer_is_no_json(receivers):
    go_wrong(receivers, wrong="broken")

    with pytest.raises(json.JSONDecodeError):
        call(receivers, "/sms", {"id": "m-1", "to": "+39061", "text": "x"})
    assert receivers.store.counts() == {"sms": 1}


def test_slow_answers_late_and_holds_up_nobody_else(receivers):
    go_wrong(receivers, wrong="slow", kind="sms", seconds=0.4)
    started = time.monotonic()

    assert call(receivers, "/push", {"to": "device", "title": "x"})[0] == 200
    quick = time.monotonic() - started
    assert call(receivers, "/sms", {"to": "+39061", "text": "x"})[0] == 200

    assert quick < 0.4 <= time.monotonic() - started


def test_mail_is_put_off_or_refused_when_told(receivers):
    go_wrong(receivers, wrong="busy", kind="email")
    with pytest.raises(smtplib.SMTPDataError) as put_off:
        send(receivers, mail())
    go_wrong(receivers, wrong="refuse", to="customer2@")
    with pytest.raises(smtplib.SMTPDataError) as refused:
        send(receivers, mail(2))
    send(receivers, mail(3))

    assert (put_off.value.smtp_code, refused.value.smtp_code) == (451, 550)
    assert [received.recipient for received in receivers.store.newest()] == ["customer3@example.com"]


def test_store_pages_by_id_and_searches(receivers):
    send(receivers, *[mail(number, subject=f"Offerta {number} %") for number in range(1, 6)])
    store = receivers.store

    first = store.newest(limit=2)
    second = store.newest(limit=2, before=first[-1].id)

    assert [received.subject for received in first + second] == [f"Offerta {n} %" for n in (5, 4, 3, 2)]
    assert [received.recipient for received in store.newest(search="OMER3@")] == ["customer3@example.com"]
    assert store.newest(search="_fferta") == []
    assert store.newest(kind="sms") == []
    assert store.get(10**9) is None


def test_reset_empties_the_store(receivers):
    send(receivers, mail())

    assert receivers.store.reset() == 1
    assert receivers.store.counts() == {}
    send(receivers, mail(2))
    assert receivers.store.counts() == {"email": 1}


def test_store_that_is_not_there_is_empty(tmp_path):
    store = Store(tmp_path / "new" / "received.sqlite")

    assert (store.reset(), store.counts(), store.newest()) == (0, {}, [])


def test_what_is_answered_survives_a_kill(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox.receivers", "--var", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    http_port = int(re.findall(r":(\d+)", process.stdout.readline())[1])
    connection = http.client.HTTPConnection("127.0.0.1", http_port, timeout=10)
    for number in range(50):
        body = json.dumps({"id": str(number), "to": "+39061", "text": "x"})
        connection.request("POST", "/sms", body, TOKEN)
        connection.getresponse().read()

    process.kill()
    process.communicate()
    connection.close()

    assert Store(tmp_path / "received.sqlite").counts() == {"sms": 50}


def test_mail_that_cant_be_stored_is_put_off(receivers):
    with sqlite3.connect(receivers.store.path) as connection:
        connection.execute("DROP TABLE received")
    connection.close()

    with pytest.raises(smtplib.SMTPDataError) as put_off:
        send(receivers, mail())
    status, said, _ = call(receivers, "/sms", {"to": "+39061", "text": "x"})

    assert (put_off.value.smtp_code, status) == (452, 503)
    assert "received" in said["error"]
