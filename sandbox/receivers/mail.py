"""The SMTP receiver: takes every mail, for anyone, from anyone."""

import asyncio
import re
import sqlite3
from email.header import decode_header, make_header

from aiosmtpd.smtp import SMTP, Envelope, Session, syntax

from sandbox.receivers.faults import Faults
from sandbox.receivers.journal import Journal
from sandbox.receivers.store import Draft

HEADER = rb"^%s:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)"
SUBJECT = re.compile(HEADER % b"Subject", re.IGNORECASE | re.MULTILINE)
MESSAGE_ID = re.compile(HEADER % b"Message-ID", re.IGNORECASE | re.MULTILINE)
PLAIN_ADDRESS = re.compile(r"<([A-Za-z0-9._+=-]+@[A-Za-z0-9.-]+)>\s*([^\s].*)?$")
END = b"\r\n.\r\n"
LARGEST_MAIL = 25_000_000  # bytes


class MailReceiver:
    """aiosmtpd's hooks: each mail is on the disk before it is answered."""

    def __init__(self, journal: Journal, faults: Faults) -> None:
        self._journal = journal
        self.faults = faults

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Say that commands may come in one go; they are read one by one all the same."""
        session.host_name = hostname
        return [*responses[:-1], "250-PIPELINING", responses[-1]]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002
        """Store a mail once for each of its recipients, or do the wrong that was asked for."""
        raw = bytes(envelope.original_content or b"")
        fault = self.faults.pick(
            "email", envelope.rcpt_tos, {"busy", "error", "refuse", "vanish", "slow", "broken"}
        )
        if fault and fault.wrong in {"busy", "error"}:
            return "451 4.3.0 Try again later"
        if fault and fault.wrong == "refuse":
            return "550 5.1.1 There is nobody of that name here"
        try:
            await self._journal.keep(_drafts(envelope, raw))
        except (sqlite3.Error, OSError) as error:
            return f"452 4.3.1 Not stored: {error}"
        if fault and fault.wrong == "slow":
            await asyncio.sleep(fault.seconds)
        if fault and fault.wrong in {"vanish", "broken"}:
            _abort(server)
        return "250 2.0.0 Stored"


class MailProtocol(SMTP):
    """aiosmtpd's protocol of one connection, which reads a mail's text in one piece instead of line by line.

    The line-wise reading and the general parser of addresses took three quarters of a mail's time.
    """

    line_length_limit = LARGEST_MAIL  # the buffer's too, so that a whole mail fits

    @syntax("DATA")
    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Take a mail's text up to its lone dot and hand it to the receiver."""
        if await self.check_helo_needed():
            return
        if arg or not self.envelope or not self.envelope.rcpt_tos:
            await self.push("501 Syntax: DATA" if arg else "503 Error: need RCPT command")
            return
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        try:
            text = await self._read_text()
        except asyncio.LimitOverrunError:
            await self.push("552 Error: Too much mail data")
            _abort(self)
            return
        self.envelope.content = self.envelope.original_content = text
        status = await self.event_handler.handle_DATA(self, self.session, self.envelope)
        self._set_post_data_state()  # type: ignore[no-untyped-call]
        await self.push(status)

    async def _read_text(self) -> bytes:
        """All lines before the lone dot, each without the dot that was doubled for the way."""
        reader: asyncio.StreamReader = self._reader
        text = await reader.readuntil(b"\r\n")
        if text == b".\r\n":
            return b""
        while not text.endswith(END):
            text += await reader.readuntil(b".\r\n")
        return text.removesuffix(b".\r\n").removeprefix(b".").replace(b"\r\n..", b"\r\n.")

    def _getaddr(self, arg: str) -> tuple[str | None, str | None]:
        plain = PLAIN_ADDRESS.match(arg)
        return (plain[1], plain[2] or "") if plain else super()._getaddr(arg)


def _abort(server: SMTP) -> None:
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()


def smtp_server(receiver: MailReceiver) -> MailProtocol:
    """The protocol of one connection."""
    return MailProtocol(
        receiver,
        enable_SMTPUTF8=True,
        data_size_limit=LARGEST_MAIL,
        hostname="sandbox",
        ident="Sette sandbox",
    )


def _drafts(envelope: Envelope, raw: bytes) -> list[Draft]:
    head = raw.split(b"\r\n\r\n", 1)[0]
    subject, message_id = _header(SUBJECT, head), _header(MESSAGE_ID, head) or None
    sender = envelope.mail_from or ""
    return [Draft("email", message_id, sender, recipient, subject, raw) for recipient in envelope.rcpt_tos]


def _header(pattern: re.Pattern[bytes], head: bytes) -> str:
    found = pattern.search(head)
    if found is None:
        return ""
    text = re.sub(r"\r?\n[ \t]", " ", found.group(1).decode("utf-8", "replace")).strip()
    if "=?" not in text:
        return text
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError):  # not the encoding that it says: show it as it came
        return text
