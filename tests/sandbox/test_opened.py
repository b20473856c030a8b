from datetime import UTC, datetime

from sandbox.opened import open_message
from sandbox.receivers.store import Received
from tests.browser.fill import LETTER


def received(kind: str) -> Received:
    return Received(1, datetime(2026, 1, 1, tzinfo=UTC), kind, None, "shop", "ada", "hello", 0)


def test_mail_is_taken_apart() -> None:
    opened = open_message(received("email"), LETTER)

    assert "<h1>Your basket is on its way</h1>" in opened.page
    assert opened.text.strip() == "Your basket is on its way."
    assert ("Subject", "Thank you for your order") in opened.headers


def test_mail_is_shown_without_the_pixel_that_would_tell() -> None:
    assert "/m/o/" not in open_message(received("email"), LETTER).page


def test_message_of_json_is_shown_as_words() -> None:
    opened = open_message(received("push"), b'{"title": "Hi", "body": "<b>there</b>", "to": "x"}')

    assert opened.text == "Hi\n<b>there</b>"
    assert "&lt;b&gt;there" in opened.page


def test_what_cannot_be_read_is_shown_as_it_came() -> None:
    for kind, raw in (("email", b"\xff\xfe"), ("sms", b"\xff"), ("webhook", b"[1]"), ("email", b"")):
        assert open_message(received(kind), raw).row.kind == kind
