"""The mail as it goes over the wire, by hand: the standard library's writer takes fifty times as long.

What is the same for all mails of a batch is a skeleton; each mail fills in its own. All of it is ASCII with
CRLF lines of at most 998 bytes, so that every server takes it: HTML writes other letters as character
references, what does not fit is quoted-printable.
"""

import re
import secrets
from base64 import b64encode
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache

LONGEST_LINE = 998
LONGEST_WORD = 45  # bytes of UTF-8 in an encoded word of 75 characters
LONGEST_HEADER = 76
BOUNDARY = f"=_sette_{secrets.token_hex(12)}"
ODD_STYLE = re.compile(r"<style[^>]*>[^<]*[^\x00-\x7f]")


@dataclass(frozen=True, slots=True)
class Skeleton:
    """The headers that all mails of a batch share: who writes, when, and what kind of mail it is."""

    head: bytes
    host: str


@lru_cache(maxsize=256)
def skeleton(sender: str, now: datetime, feedback_id: str, *, is_transactional: bool) -> Skeleton:
    """The shared headers of mails from `sender` at `now`."""
    name, address = parseaddr(sender)
    lines = [
        f"From: {encode_name(name)} <{ascii_address(address)}>"
        if name
        else f"From: {ascii_address(address)}",
        f"Date: {format_datetime(now)}",
        "MIME-Version: 1.0",
        f'Content-Type: multipart/alternative; boundary="{BOUNDARY}"',
        f"Feedback-ID: {feedback_id}",
        "Auto-Submitted: auto-generated" if is_transactional else "Precedence: bulk",
    ]
    return Skeleton(
        "\r\n".join(lines).encode("ascii"), ascii_address(address).rpartition("@")[2] or "localhost"
    )


def assemble(
    shared: Skeleton, *, public_id: str, to: str, subject: str, text: str, html: str, unsubscribe: str
) -> bytes:
    """One mail. `unsubscribe` is its one-click address; empty for a mail that has none."""
    lines = [
        f"To: {ascii_address(to)}",
        f"Subject: {encode_header(subject, len('Subject: '))}",
        f"Message-ID: <{public_id}@{shared.host}>",
    ]
    if unsubscribe:
        lines += [f"List-Unsubscribe: <{unsubscribe}>", "List-Unsubscribe-Post: List-Unsubscribe=One-Click"]
    own = "\r\n".join(lines).encode("ascii")
    edge = b"\r\n--" + BOUNDARY.encode()
    return b"".join(
        [
            *(shared.head, b"\r\n", own, b"\r\n", edge),
            *(b"\r\nContent-Type: text/plain; charset=utf-8\r\n", _part(text.encode("utf-8", "replace"))),
            *(edge, b"\r\nContent-Type: text/html; charset=utf-8\r\n", _part(_html_bytes(html))),
            *(edge, b"--\r\n"),
        ]
    )


def _html_bytes(html: str) -> bytes:
    """HTML in ASCII by character references, but where a style sheet, which knows none, has other letters."""
    if not html.isascii() and ODD_STYLE.search(html):
        return html.encode("utf-8", "replace")
    return html.encode("ascii", "xmlcharrefreplace")


def _part(data: bytes) -> bytes:
    """A part's encoding header, and its body so encoded."""
    body = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if body.isascii() and b"\0" not in body and len(max(body.split(b"\n"), key=len)) <= LONGEST_LINE:
        return b"Content-Transfer-Encoding: 7bit\r\n\r\n" + body.replace(b"\n", b"\r\n")
    quoted = b2a_qp(body, istext=True).replace(b"\r\n", b"\n")
    return b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted.replace(b"\n", b"\r\n")


def encode_header(value: str, used: int) -> str:
    """A header's text: as it stands where it is short ASCII, else in encoded words, folded.

    `used`: the name's length.
    """
    if value.isascii() and value.isprintable() and used + len(value) <= LONGEST_HEADER and "=?" not in value:
        return value
    words: list[bytes] = []
    word = b""
    for letter in value.encode("utf-8", "replace").decode():
        coded = letter.encode()
        if len(word) + len(coded) > LONGEST_WORD - (used if not words else 0):
            words.append(word)
            word = b""
        word += coded
    words.append(word)
    return "\r\n ".join(f"=?utf-8?b?{b64encode(each).decode()}?=" for each in words)


def encode_name(name: str) -> str:
    """A display name, quoted or encoded as it needs."""
    if name.isascii():
        return str(Address(name, addr_spec="a@b")).removesuffix(" <a@b>")
    return encode_header(name, len("From: "))


@lru_cache(maxsize=65_536)
def ascii_address(address: str) -> str:
    """An address whose domain is punycode; ValueError where it can't be written in a header of ASCII."""
    local, _, host = address.rpartition("@")
    if not address.isascii():
        host = host.encode("idna").decode("ascii")
    written = f"{local}@{host}"
    if not local or not host or not written.isascii() or any(letter in written for letter in "\r\n<> \0"):
        raise ValueError(f"{address[:80]!r} is no address that mail servers take.")
    return written
