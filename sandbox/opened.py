"""A received message taken apart for reading. Pure."""

import json
from dataclasses import dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from django.utils.html import escape

from channels.preview import as_note, without_pixel
from config.masking import masked_text
from sandbox.receivers.store import Received

LARGEST_RAW = 200_000  # characters that are shown
UNREADABLE = "ascii", "replace"


@dataclass(frozen=True)
class Opened:
    """What is shown of one message: row, headers, its page for a sandboxed frame, text, raw form."""

    row: Received
    headers: list[tuple[str, str]]
    page: str
    text: str
    raw: str

    def without_words(self, why: str) -> "Opened":
        """For who may not see personal data: all that a message says may be such, so only where it went."""
        row = replace(self.row, recipient=masked_text(self.row.recipient), subject="")
        return Opened(row, [], as_note(why), "", "")


def open_message(row: Received, raw: bytes) -> Opened:
    """Take a message apart by its kind; one that can't be is shown as it came."""
    shown = raw.decode("utf-8", "replace")[:LARGEST_RAW]
    if row.kind == "email":
        return _mail(row, raw, shown)
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Opened(row, [], as_note(shown), shown, shown)
    words = "\n".join(str(body[key]) for key in ("title", "text", "body", "url") if body.get(key))
    headers = [(key, str(value)) for key, value in body.items() if isinstance(value, str | int | float)]
    return Opened(row, headers, as_note(words or shown), words, shown)


def _mail(row: Received, raw: bytes, shown: str) -> Opened:
    mail = message_from_bytes(raw, policy=policy.default)
    headers = [(name, str(value)) for name, value in mail.items()]
    html, text = _part(mail, "html"), _part(mail, "plain")
    return Opened(row, headers, without_pixel(html) or as_note(text or escape(shown)), text, shown)


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except (LookupError, UnicodeError):  # an encoding that nobody knows
        payload = part.get_payload(decode=True)
        return payload.decode(*UNREADABLE) if isinstance(payload, bytes) else ""
