"""SMTP connections that stay open over batches and carry mails without waiting for each answer in turn.

The standard library opens, encrypts and logs in; the mails themselves go by our own hand, so that the body of
one travels with the commands of the next (RFC 2920), and so that we know for certain whether a mail's last
dot had left.
"""

import smtplib
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote, urlsplit

PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}
NO_ANSWER = 0
LEAST = 1.0  # seconds for what has been begun
GO_AHEAD = 354
CLOSING = 421
END = b"\r\n.\r\n"
RESET = b"RSET\r\n"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail on its way: the envelope, and the mail itself in ASCII with CRLF."""

    key: int
    sender: str
    recipient: str
    data: bytes


class Outcome(StrEnum):
    """What became of a mail on a connection."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRY_AGAIN = "try_again"
    UNKNOWN = "unknown"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer; code 0 where the connection ended instead."""

    code: int
    text: str

    @property
    def is_positive(self) -> bool:
        """Whether the server does as asked."""
        return 200 <= self.code < 400  # noqa: PLR2004 - classes of SMTP codes

    @property
    def outcome(self) -> Outcome:
        """What the answer means for a mail whose last dot has not been sent, or that it answers."""
        if self.is_positive:
            return Outcome.ACCEPTED
        return Outcome.REFUSED if self.code >= 500 else Outcome.TRY_AGAIN  # noqa: PLR2004


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one mail, in the server's words."""

    key: int
    outcome: Outcome
    text: str


class LostError(Exception):
    """The connection ended. `sent`: how many bytes of the last write had left."""

    def __init__(self, reason: str, sent: int = 0) -> None:
        super().__init__(reason)
        self.sent = sent


class Connection:
    """One open connection to a mail server."""

    def __init__(self, url: str, timeout: float) -> None:
        self._client = _connect(url, timeout)
        if self._client.sock is None:
            raise OSError("the server closed the connection at once")
        self._socket = self._client.sock
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._written = 0
        self.is_pipelined = self._client.has_extn("pipelining")
        self.was_used = False  # by a batch before this one
        self._batches = 0
        self.is_open = True
        self.used_at = time.monotonic()

    def deliver(self, mails: Sequence[Mail], until: float) -> Iterator[Result]:
        """Send mails one by one; those not begun by `until` (monotonic), or after a loss, are left."""
        self.was_used, self._batches = self._batches > 0, self._batches + 1
        self._timeout(until)
        opening = self._open(mails[0], b"") if mails else None
        for index, mail in enumerate(mails):
            if opening is None:
                yield Result(mail.key, Outcome.LEFT, "not begun")
                continue
            self._timeout(until)
            following = mails[index + 1] if index + 1 < len(mails) and time.monotonic() < until else None
            result, opening = self._send_body(mail, opening, following)
            yield result
        self.used_at = time.monotonic()

    def close(self) -> None:
        """End the connection, without waiting for good-byes."""
        self.is_open = False
        self._client.close()

    def __del__(self) -> None:
        if hasattr(self, "_client"):
            self._client.close()

    def _timeout(self, until: float) -> None:
        """What is begun ends by `until`, however slowly the server talks; a moment for it there always is."""
        self._until = max(until, time.monotonic() + LEAST)

    def _patience(self, sent: int) -> None:
        """Let the socket wait so long as there is time left; LostError where there is none."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise LostError("the server was too slow", sent)
        self._socket.settimeout(left)

    def _send_body(
        self, mail: Mail, opening: list[Reply], following: Mail | None
    ) -> tuple[Result, list[Reply] | None]:
        """Finish a mail whose commands were answered by `opening`; begin the next in the same breath."""
        refusal = next((reply for reply in opening if not reply.is_positive), None)
        if refusal is not None:
            result = Result(mail.key, _refused(opening.index(refusal), refusal), refusal.text)
            return result, self._begin_again(opening, following)
        body = stuff_dots(mail.data) + END
        try:
            self._write(body + (self._commands(following) if following and self.is_pipelined else b""))
            reply = self._read()
        except LostError as error:
            self.close()
            left = Outcome.UNKNOWN if error.sent >= len(body) else Outcome.TRY_AGAIN
            return Result(mail.key, left, f"The connection was lost: {error}."), None
        result = Result(mail.key, reply.outcome, reply.text)
        if reply.code == CLOSING:
            self.close()
        if following is None or not self.is_open:
            return result, None
        return result, self._answers() if self.is_pipelined else self._open(following, b"")

    def _begin_again(self, opening: list[Reply], following: Mail | None) -> list[Reply] | None:
        """After a refusal: leave the half-open mail, then begin the next."""
        if any(reply.code in {NO_ANSWER, CLOSING} for reply in opening):
            self.close()
            return None
        try:
            if len(opening) == 3 and opening[2].code == GO_AHEAD:  # noqa: PLR2004 - it waits for a body
                self._write(END.removeprefix(b"\r\n"))
                self._read()
            if following is not None:
                return self._open(following, RESET)
            self._write(RESET)
            self._read()
        except LostError:
            self.close()
        return None

    def _open(self, mail: Mail, before: bytes) -> list[Reply]:
        """Say from whom and to whom; the three answers, fewer where one was no."""
        try:
            if self.is_pipelined:
                self._write(before + self._commands(mail))
                if before:
                    self._read()
                return self._answers()
            if before:
                self._write(before)
                self._read()
            return list(self._one_by_one(mail))
        except LostError as error:
            return [Reply(NO_ANSWER, str(error))]

    def _one_by_one(self, mail: Mail) -> Iterator[Reply]:
        for command in self._commands(mail).splitlines(keepends=True):
            self._write(command)
            reply = self._read()
            yield reply
            if not reply.is_positive:
                return

    def _answers(self) -> list[Reply]:
        try:
            return [self._read() for _ in range(3)]
        except LostError as error:
            return [Reply(NO_ANSWER, str(error))]

    @staticmethod
    def _commands(mail: Mail) -> bytes:
        return f"MAIL FROM:<{mail.sender}>\r\nRCPT TO:<{mail.recipient}>\r\nDATA\r\n".encode("ascii")

    def _write(self, data: bytes) -> None:
        view, sent = memoryview(data), 0
        try:
            while sent < len(data):
                self._patience(sent)
                sent += self._socket.send(view[sent:])
        except OSError as error:
            raise LostError(str(error) or type(error).__name__, sent) from error
        self._written = sent

    def _read(self) -> Reply:
        lines = []
        while True:
            line = self._read_line()
            lines.append(line[4:].decode("utf-8", "replace"))
            if line[3:4] != b"-":
                code = int(line[:3]) if line[:3].isdigit() else NO_ANSWER
                return Reply(code, f"{code} {' '.join(lines)}"[:400])

    def _read_line(self) -> bytes:
        while b"\n" not in self._buffer:
            self._patience(self._written)
            try:
                received = self._socket.recv(8192)
            except OSError as error:
                raise LostError(str(error) or type(error).__name__, self._written) from error
            if not received:
                raise LostError("the server closed it", self._written)
            self._buffer += received
        line, self._buffer = self._buffer.split(b"\n", 1)
        return line.rstrip(b"\r")


def _refused(command: int, reply: Reply) -> Outcome:
    """What a no before the mail itself means; one to the sender (command 0) is about the set-up."""
    return Outcome.TRY_AGAIN if reply.code == NO_ANSWER or command == 0 else reply.outcome


def stuff_dots(data: bytes) -> bytes:
    """A mail with dots at the starts of lines doubled (RFC 5321, 4.5.2), without its last line break."""
    stuffed = data.replace(b"\n.", b"\n..") if b"\n." in data else data
    return (b"." + stuffed if stuffed.startswith(b".") else stuffed).removesuffix(b"\r\n")


def _connect(url: str, timeout: float) -> smtplib.SMTP:
    """Open, encrypt where the URL says so, log in where it names somebody."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    context = ssl.create_default_context()
    client: smtplib.SMTP
    if parts.scheme == "smtps":
        client = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        client = smtplib.SMTP(host, port, timeout=timeout)
    try:
        client.ehlo_or_helo_if_needed()
        if parts.scheme == "smtp+tls":
            client.starttls(context=context)
            client.ehlo_or_helo_if_needed()
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        client.close()
        raise
    return client
