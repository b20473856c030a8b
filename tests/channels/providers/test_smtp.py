"""SMTP against the sandbox's receiver, a sink that speaks as it is told, and nobody at all."""

import json
import smtplib
import socket
import threading
import time
from contextlib import contextmanager, suppress
from datetime import timedelta
from urllib.request import urlopen

import pytest

from channels.providers.smtp import Smtp
from channels.wire import smtp as wire
from channels.wire.pool import pool
from channels.wire.smtp import stuff_dots
from sandbox.receivers.server import receiving
from tests.channels.providers.outgoing import answers, outgoing

MANY = [outgoing(number) for number in range(1, 61)]


class Letters(bytes):
    """An answer that is said letter by letter."""


def say_slowly(connection: socket.socket, answer: bytes) -> None:
    for letter in answer:
        try:
            connection.sendall(bytes([letter]))
        except OSError:
            return
        time.sleep(0.1)


class Script:
    """An SMTP server for one test: `say(verb, line, count)` answers a command; None cuts the connection."""

    def __init__(self, say, *, pipelining: bool = True) -> None:
        self.say, self.pipelining = say, pipelining
        self.mails: list[bytes] = []
        self.commands: list[str] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"smtp://127.0.0.1:{self.listener.getsockname()[1]}"
        self.connections = 0

    def run(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with suppress(ConnectionResetError, BrokenPipeError), connection, connection.makefile("rb") as lines:
            connection.sendall(b"220 script\r\n")
            for raw in lines:
                command = raw.decode().strip()
                verb = command[:4].upper()
                self.commands.append(command)
                if verb == "EHLO":
                    connection.sendall(
                        b"250-script\r\n250 PIPELINING\r\n" if self.pipelining else b"250 script\r\n"
                    )
                    continue
                answer = self.say(verb, command, self.commands.count(command))
                if answer is None:
                    return
                say_slowly(connection, answer) if isinstance(answer, Letters) else connection.sendall(answer)
                if verb == "DATA" and answer.startswith(b"354") and not self.take(connection, lines):
                    return

    def take(self, connection: socket.socket, lines) -> bool:
        read: list[bytes] = []
        for line in lines:
            if line == b".\r\n":
                break
            read.append(line)
        else:
            return False  # cut off in the middle
        mail = b"".join(read)
        self.mails.append(mail)
        answer = self.say("BODY", mail.decode(), len(self.mails))
        if answer is None:
            return False
        say_slowly(connection, answer) if isinstance(answer, Letters) else connection.sendall(answer)
        return True


def fine(verb: str, _line: str, _count: int) -> bytes | None:
    return b"354 go\r\n" if verb == "DATA" else b"250 2.0.0 ok\r\n"


@contextmanager
def scripted(say=fine, *, pipelining: bool = True):
    script = Script(say, pipelining=pipelining)
    thread = threading.Thread(target=script.run, daemon=True)
    thread.start()
    try:
        yield script
    finally:
        pool(script.url).drain()
        script.listener.shutdown(socket.SHUT_RDWR)
        script.listener.close()
        thread.join(5)


def one(url: str) -> Smtp:
    return Smtp(url=url, connections=1)


@pytest.mark.parametrize("connections", [1, 4])
def test_mails_arrive_once_each(tmp_path, connections):
    with receiving(tmp_path) as receivers:
        url = f"smtp://127.0.0.1:{receivers.smtp_port}"
        receipts = Smtp(url=url, connections=connections).send(MANY)
        pool(url).drain()
        kept = receivers.store.counts()

    assert answers(receipts) == dict.fromkeys(range(1, 61), "accepted")
    assert kept["email"] == 60


@pytest.mark.parametrize("pipelining", [True, False])
def test_mail_arrives_as_it_was(pipelining):
    with scripted(pipelining=pipelining) as script:
        receipts = one(script.url).send(MANY[:3])

    assert set(answers(receipts).values()) == {"accepted"}
    assert script.mails[1] == b"Subject: Hello\r\nMessage-ID: <2@sette.example>\r\n\r\nHello\r\n..dot\r\n"
    assert script.commands[1:4] == ["MAIL FROM:<hello@sette.example>", "RCPT TO:<c1@example.com>", "DATA"]


def test_connection_is_kept_for_the_next_batch():
    with scripted() as script:
        one(script.url).send(MANY[:3])
        one(script.url).send(MANY[3:6])

    assert (script.connections, len(script.mails)) == (1, 6)


def test_connection_that_died_while_idle_is_replaced():
    def say(verb, line, count):
        return None if "c4@" in line and count == 1 else fine(verb, line, count)

    with scripted(say) as script:
        one(script.url).send(MANY[:3])
        receipts = one(script.url).send(MANY[3:6])

    assert answers(receipts) == {4: "accepted", 5: "accepted", 6: "accepted"}
    assert script.connections == 2
    assert len(script.mails) == 6


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize(
    ("verb", "reply", "answer", "gone"),
    [
        ("RCPT", b"550 5.1.1 nobody\r\n", "refused", True),
        ("RCPT", b"550 5.7.1 policy\r\n", "refused", False),
        ("RCPT", b"450 4.2.1 later\r\n", "try_again", False),
        ("BODY", b"554 5.6.0 spam\r\n", "refused", False),
        ("BODY", b"452 4.3.1 full\r\n", "try_again", False),
        ("MAIL", b"553 5.7.1 not you\r\n", "try_again", False),
    ],
)
def test_answer_counts_for_its_own_mail_alone(pipelining, verb, reply, answer, gone):
    def say(said, line, count):
        its = "c2@" in line or "<2@" in line or (said == "MAIL" and count == 2)
        return reply if said == verb and its else fine(said, line, count)

    with scripted(say, pipelining=pipelining) as script:
        receipts = one(script.url).send(MANY[:3])

    assert answers(receipts) == {1: "accepted", 2: answer, 3: "accepted"}
    assert [receipt.is_gone for receipt in receipts] == [False, gone, False]
    assert len([mail for mail in script.mails if b"<3@" in mail]) == 1


def test_connection_lost_after_the_last_dot_leaves_that_mail_unknown():
    with scripted(lambda verb, line, n: None if verb == "BODY" and n == 2 else fine(verb, line, n)) as script:
        receipts = one(script.url).send(MANY[:4])

    assert answers(receipts) == {1: "accepted", 2: "unknown", 3: "left", 4: "left"}


def test_connection_lost_before_the_mail_means_try_again():
    with scripted(lambda verb, line, n: None if "c2@" in line else fine(verb, line, n)) as script:
        receipts = one(script.url).send(MANY[:3])

    assert answers(receipts) == {1: "accepted", 2: "try_again", 3: "left"}


def test_server_that_closes_politely_means_try_again():
    def say(verb, line, count):
        return b"421 4.3.2 closing\r\n" if "c2@" in line else fine(verb, line, count)

    with scripted(say) as script:
        receipts = one(script.url).send(MANY[:3])

    assert answers(receipts) == {1: "accepted", 2: "try_again", 3: "left"}


def test_silent_server_leaves_the_fate_unknown(settings):
    settings.PROVIDER_TIMEOUT = timedelta(seconds=0.36)
    silence = threading.Event()

    def say(verb, line, count):
        return (silence.wait(3), None)[1] if verb == "BODY" else fine(verb, line, count)

    started = time.monotonic()
    with scripted(say) as script:
        receipts = one(script.url).send(MANY[:2])

    assert answers(receipts) == {1: "unknown", 2: "left"}
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("slow", ["MAIL", "BODY"])
def test_server_that_answers_letter_by_letter_takes_no_longer_than_a_call_may(settings, slow):
    settings.PROVIDER_TIMEOUT = timedelta(seconds=1.2)

    def say(verb, line, count):
        return slowly() if verb == slow else fine(verb, line, count)

    def slowly():
        return Letters(b"250-" + b"." * 40 + b"\r\n250 2.0.0 ok\r\n")

    started = time.monotonic()
    with scripted(say) as script:
        receipts = one(script.url).send(MANY[:2])

    assert answers(receipts) == {1: "unknown" if slow == "BODY" else "try_again", 2: "left"}
    assert time.monotonic() - started < 3


def test_nobody_there_means_try_again():
    with scripted() as script:
        url = script.url

    receipts = one(url).send(MANY[:2])

    assert set(answers(receipts).values()) == {"try_again"}


def test_wrong_password_means_try_again(monkeypatch):
    def refuse(*_args: object) -> None:
        raise smtplib.SMTPAuthenticationError(535, b"5.7.8 wrong")

    monkeypatch.setattr(wire.smtplib.SMTP, "login", refuse)
    with scripted() as script:
        receipts = one(script.url.replace("//", "//shop:pass@")).send(MANY[:1])

    assert answers(receipts) == {1: "try_again"}


@pytest.mark.parametrize(
    ("wrong", "answer"), [("busy", "try_again"), ("refuse", "refused"), ("vanish", "unknown")]
)
def test_faults_of_the_sandbox_are_understood(tmp_path, wrong, answer):
    with receiving(tmp_path) as receivers:
        wrongs = {"faults": [{"wrong": wrong, "kind": "email", "times": 1}]}
        urlopen(f"{receivers.url}/faults", json.dumps(wrongs).encode()).close()
        url = f"smtp://127.0.0.1:{receivers.smtp_port}"
        receipts = one(url).send(MANY[:1])
        pool(url).drain()

    assert answers(receipts) == {1: answer}


def test_dots_at_line_starts_are_doubled():
    assert stuff_dots(b".a\r\n.\r\nb.c\r\n") == b"..a\r\n..\r\nb.c"
    assert stuff_dots(b"a\r\n") == b"a"


def test_settings_show_no_password():
    assert "hidden" not in repr(Smtp(url="smtp://shop:hidden@mail.example"))
