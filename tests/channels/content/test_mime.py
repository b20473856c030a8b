"""Mails as the standard library's parser reads them, whatever stands in them."""

import email
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.content.mime import ascii_address, assemble, encode_header, skeleton

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
SHARED = skeleton("Bottega Più <ciao@bottega.example>", NOW, "welcome:sette", is_transactional=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\x00"), max_size=2500)


def write(**fields: str) -> tuple[bytes, EmailMessage]:
    given_fields = {
        "public_id": "0198",
        "to": "anna@example.com",
        "subject": "Hello",
        "text": "Hello\n",
        "html": "<p>Hello</p>",
        "unsubscribe": "https://sette.example/m/u/x",
    } | fields
    raw = assemble(SHARED, **given_fields)
    return raw, email.message_from_bytes(raw, policy=SMTP)


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return part.get_content().replace("\r\n", "\n")


def test_mail_has_the_headers_that_mail_needs():
    _, mail = write()

    assert dict(mail.items()) == {
        "From": "Bottega Più <ciao@bottega.example>",
        "Date": "Sat, 31 Jan 2026 12:00:00 +0000",
        "MIME-Version": "1.0",
        "Content-Type": mail["Content-Type"],
        "Feedback-ID": "welcome:sette",
        "Precedence": "bulk",
        "To": "anna@example.com",
        "Subject": "Hello",
        "Message-ID": "<0198@bottega.example>",
        "List-Unsubscribe": "<https://sette.example/m/u/x>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def test_mail_that_was_asked_for_has_no_way_out():
    shared = skeleton("ciao@bottega.example", NOW, "receipt:sette", is_transactional=True)
    raw = assemble(shared, public_id="1", to="a@example.com", subject="s", text="t", html="h", unsubscribe="")
    mail = email.message_from_bytes(raw, policy=SMTP)

    assert "List-Unsubscribe" not in mail
    assert mail["Auto-Submitted"] == "auto-generated"


@given(subject=st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), max_size=300))
def test_subject_comes_back_as_it_was(subject):
    _, mail = write(subject=subject.strip())

    assert str(mail["Subject"]).split() == subject.split()
    assert mail.defects == []


@given(text=TEXT)
def test_text_part_comes_back_as_it_was(text):
    raw, mail = write(text=text)

    assert body(mail, "plain").rstrip("\n") == text.rstrip("\n")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()
    assert b"\n" not in raw.replace(b"\r\n", b"")


@given(html=TEXT)
def test_html_comes_back_as_letters_or_references(html):
    raw, mail = write(html=html)

    expected = html.encode("ascii", "xmlcharrefreplace").decode()
    assert body(mail, "html").rstrip("\n") in {expected.rstrip("\n"), html.rstrip("\n")}
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_letters_in_a_style_sheet_stay_letters():
    _, mail = write(html='<style>a { content: "é" }</style><p>é</p>')

    assert body(mail, "html").rstrip() == '<style>a { content: "é" }</style><p>é</p>'


def test_subject_that_looks_encoded_is_taken_literally():
    _, mail = write(subject="=?utf-8?q?evil?=")

    assert str(mail["Subject"]) == "=?utf-8?q?evil?="
    assert encode_header("plain", 9) == "plain"


def test_international_domain_is_written_in_ascii():
    assert ascii_address("anna@bücher.example") == "anna@xn--bcher-kva.example"


@pytest.mark.parametrize(
    "address", ["", "a", "@b.example", "a@", "é@b.example", "a@b\r\nRCPT TO:<c@d>", "a b@c.d"]
)
def test_address_that_breaks_the_protocol_is_refused(address):
    with pytest.raises(ValueError, match="no address"):
        ascii_address(address)
