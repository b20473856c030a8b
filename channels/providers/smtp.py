"""E-mail by SMTP, to any server that speaks it."""

import logging
import re
import smtplib
import time
from collections.abc import Sequence
from email.utils import parseaddr
from typing import ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from channels.content.mime import ascii_address
from channels.provider import Outgoing, Provider, Receipt, call_seconds, providers
from channels.wire.pool import crew, pool
from channels.wire.smtp import PORTS, Connection, Mail, Outcome, Result

logger = logging.getLogger(__name__)

FEW = 8  # mails that are not worth another connection
NOBODY = re.compile(r"\b5\.1\.(1|10)\b")


class Smtp(Provider):
    """Hands mails to an SMTP server over connections that stay open.

    SMTP knows no idempotency: where the connection is lost after a mail's last dot, its fate is unknown,
    and it is not sent again.
    """

    kind = "smtp"
    channel = "email"
    is_idempotent: ClassVar[bool] = False

    url: SecretStr = Field(
        title="Server",
        description="smtp://name:password@host:port; smtp+tls:// with STARTTLS, smtps:// with TLS at once.",
    )
    connections: int = Field(
        4, ge=1, le=32, title="Connections", description="How many at once, per process."
    )

    @field_validator("url")
    @classmethod
    def _known_scheme(cls, url: SecretStr) -> SecretStr:
        parts = urlsplit(url.get_secret_value())
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("Write smtp://host:port, smtp+tls://host:port or smtps://host:port.")
        return url

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Send mails in parallel, each connection a share of them."""
        until = time.monotonic() + call_seconds()
        mails = [_mail(message) for message in messages]
        shares = min(self.connections, -(-len(mails) // FEW))
        if shares <= 1:
            return self._send_share(mails, until)
        work = crew(self.connections)
        running = [work.submit(self._send_share, mails[start::shares], until) for start in range(shares)]
        return [receipt for share in running for receipt in share.result()]

    def _send_share(self, mails: Sequence[Mail], until: float) -> list[Receipt]:
        """Send some mails over one connection; over a new one where it was closed while it lay idle."""
        connections = pool(self.url.get_secret_value())
        try:
            connection = connections.take(call_seconds())
            results = _deliver(connection, mails, until)
            if not connection.is_open and results[0].outcome == Outcome.TRY_AGAIN and connection.was_used:
                connection = connections.renew(call_seconds())
                results = _deliver(connection, mails, until)
        except (OSError, smtplib.SMTPException) as error:  # connecting: nothing has been sent
            reason = f"No connection to the mail server: {error}"[:400]
            return [Receipt.try_again(mail.key, reason) for mail in mails]
        connections.give_back(connection)
        return [_receipt(result) for result in results]


def _deliver(connection: Connection, mails: Sequence[Mail], until: float) -> list[Result]:
    """Every mail's result. Whatever goes wrong, what was answered stays answered."""
    results: list[Result] = []
    try:
        results.extend(connection.deliver(mails, until))
    except Exception as error:
        logger.exception("Sending mails broke off after %d of %d.", len(results), len(mails))
        connection.close()
        results.append(Result(mails[len(results)].key, Outcome.UNKNOWN, f"Sending broke off: {error}"[:400]))
        results += [Result(mail.key, Outcome.LEFT, "not begun") for mail in mails[len(results) :]]
    return results


def _mail(message: Outgoing) -> Mail:
    sender = ascii_address(parseaddr(message.sender)[1])
    return Mail(message.message_id, sender, ascii_address(message.address), message.mime)


def _receipt(result: Result) -> Receipt:
    match result.outcome:
        case Outcome.ACCEPTED:
            return Receipt.accepted(result.key)
        case Outcome.REFUSED:
            return Receipt.refused(result.key, result.text, is_gone=bool(NOBODY.search(result.text)))
        case Outcome.TRY_AGAIN:
            return Receipt.try_again(result.key, result.text)
        case Outcome.UNKNOWN:
            return Receipt.unknown(result.key, result.text)
        case Outcome.LEFT:
            return Receipt.left(result.key)


providers.add(Smtp.kind, Smtp)
