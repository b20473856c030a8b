"""Calls to other systems: the content's body is posted to its link."""

import ipaddress
import json
import re
import time
from collections.abc import Sequence
from typing import ClassVar
from urllib.parse import urlsplit

import requests
from django.conf import settings
from pydantic import Field, SecretStr

from channels.content.address import UnsafeLinkError, safe_url
from channels.provider import Outgoing, Provider, Receipt, call_seconds, providers
from channels.wire.http import (
    Answer,
    NoAnswerError,
    NotPublicError,
    NotSentError,
    guarded_session,
    open_session,
    post,
)
from channels.wire.pool import crew
from channels.wire.signature import HEADER, sign

PARALLEL = 8
LONGEST_BODY = 16 * 1024  # of an answer that is kept
LATER = {408, 425, 429}
ODD_HOST = re.compile(r"(0x[0-9a-f]*|\d+)(\.(0x[0-9a-f]*|\d+))*\.?", re.IGNORECASE)


class Webhook(Provider):
    """Posts to public addresses only: none of this machine or network, no redirects, names pinned.

    A short JSON answer is kept, for journeys that ask what it says.

    A call whose answer was lost is made again with the same Idempotency-Key: receivers must take a key once.
    """

    kind = "webhook"
    channel = "webhook"
    is_idempotent: ClassVar[bool] = True

    secret: SecretStr = Field(
        SecretStr(""), title="Secret", description="Signs each call's body in the header Sette-Signature."
    )
    receiver: str = Field(
        "",
        pattern=r"^$|^127\.0\.0\.1:\d{1,5}$",
        title="Local receiver",
        description="127.0.0.1:port of the sandbox's receiver, the one local address that may be called.",
    )

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Call each message's address, several at once."""
        until = time.monotonic() + call_seconds()
        if len(messages) == 1:
            return [self._call(messages[0], until)]
        return list(crew(PARALLEL).map(lambda message: self._call(message, until), messages))

    def _call(self, message: Outgoing, until: float) -> Receipt:
        if time.monotonic() >= until:
            return Receipt.left(message.message_id)
        try:
            session = self._session(message.link)
            answer = post(session, message.link, message.text.encode(), self._headers(message), until)
        except UnsafeLinkError as error:
            return Receipt.refused(message.message_id, str(error))
        except NotPublicError as error:
            return Receipt.refused(message.message_id, f"The address is not public: {error}")
        except NotSentError as error:
            return Receipt.try_again(message.message_id, f"The address can't be reached: {error}")
        except NoAnswerError as error:
            return Receipt.unknown(message.message_id, f"No answer: {error}")
        return _receipt(message.message_id, answer)

    def _session(self, url: str) -> requests.Session:
        """By which session an address may be called; UnsafeLinkError where by none."""
        parts = urlsplit(safe_url(url))
        if settings.SANDBOX and self.receiver and parts.netloc == self.receiver and parts.scheme == "http":
            return open_session()
        check_host(parts.hostname or "")
        return guarded_session()

    def _headers(self, message: Outgoing) -> dict[str, str]:
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(message.public_id)}
        if secret := self.secret.get_secret_value():
            headers[HEADER] = sign(secret, message.text.encode(), time.time())
        return headers


def check_host(host: str) -> None:
    """Refuse a host that is an address of this machine or network, or a number that hides one.

    Names are checked later.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if ODD_HOST.fullmatch(host) or host.lower().rstrip(".").endswith(
            ("localhost", ".local", ".internal")
        ):
            raise UnsafeLinkError(f"{host} is no public host.") from None
        return
    if not address.is_global or address.is_multicast or address.is_reserved:
        raise UnsafeLinkError(f"{host} is no public address.")


def kept_json(body: bytes) -> str:
    """An answer as JSON that PostgreSQL can store; nothing where it is none, or too long."""
    if len(body) > LONGEST_BODY:
        return ""
    try:
        text = json.dumps(json.loads(body), ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, RecursionError):
        return ""
    return "" if "\\u0000" in text else text


def _receipt(message_id: int, answer: Answer) -> Receipt:
    said = f"The receiver answered {answer.status}."
    if answer.status in LATER or answer.status >= 500:  # noqa: PLR2004 - classes of HTTP codes
        return Receipt.try_again(message_id, said, answer.retry_after)
    if answer.status >= 300:  # noqa: PLR2004
        return Receipt.refused(message_id, said, body=kept_json(answer.body))
    return Receipt.accepted(message_id, body=kept_json(answer.body))


providers.add(Webhook.kind, Webhook)
