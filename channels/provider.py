"""The contract of a provider: what it is handed, and what it answers for each message.

The gate has committed `sending` before a provider is called, and no transaction is open meanwhile. A provider
answers each message once, in any order. What it raises instead holds for all messages of the call:
`TemporaryDeliveryError` sends them back to the queue, `PermanentDeliveryError` fails them, anything else
means that their fate is unknown.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from pydantic import BaseModel, ConfigDict
from rest_framework.request import Request

from channels.models import Channel
from channels.secrets import unseal
from config.registry import Registry


def call_seconds() -> float:
    """How long a provider may take for a call: a little less than PROVIDER_TIMEOUT, so that it can tell."""
    return settings.PROVIDER_TIMEOUT.total_seconds() * 5 / 6


class TemporaryDeliveryError(Exception):
    """The provider can't take messages at present. `retry_after`: the whole channel rests for so long."""

    def __init__(self, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class PermanentDeliveryError(Exception):
    """The provider will never take these messages; trying again is useless."""


class CallbackError(ValueError):
    """A callback that is signed rightly and can't be read; the message names the field."""


class Answer(StrEnum):
    """What a provider said of one message."""

    ACCEPTED = "accepted"  # it is theirs now
    REFUSED = "refused"  # never; its slot in the caps is given back
    TRY_AGAIN = "try_again"  # not now; for sure not sent
    UNKNOWN = "unknown"  # it may have been sent: the answer never came
    LEFT = "left"  # not begun (time was up): back to the queue, no attempt counted


@dataclass(frozen=True, slots=True)
class Taken:
    """A message that the gate has let through: what rendering needs of it."""

    id: int
    public_id: UUID
    customer_id: int
    content_id: int
    channel: str
    address: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A rendered message. `public_id` is its idempotency key; `mime` is the whole e-mail, empty elsewhere."""

    message_id: int
    public_id: UUID
    address: str
    sender: str = ""
    subject: str = ""
    text: str = ""
    link: str = ""
    mime: bytes = b""


@dataclass(frozen=True, slots=True)
class RenderError:
    """A message that could not be rendered: it fails for good, and says where and why."""

    message_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer for one message. `after`: the least wait of a TRY_AGAIN. `is_gone`: the address is dead.

    `body`: what a system that was called answered, as JSON that PostgreSQL can store; empty: nothing.
    """

    message_id: int
    answer: Answer
    provider_id: str = ""
    reason: str = ""
    after: timedelta | None = None
    is_gone: bool = False
    body: str = ""

    @classmethod
    def accepted(cls, message_id: int, provider_id: str = "", *, body: str = "") -> "Receipt":
        """The provider has it."""
        return cls(message_id, Answer.ACCEPTED, provider_id, body=body)

    @classmethod
    def refused(cls, message_id: int, reason: str, *, is_gone: bool = False, body: str = "") -> "Receipt":
        """The provider will never send it."""
        return cls(message_id, Answer.REFUSED, reason=reason, is_gone=is_gone, body=body)

    @classmethod
    def try_again(cls, message_id: int, reason: str, after: timedelta | None = None) -> "Receipt":
        """The provider has not sent it, and may later."""
        return cls(message_id, Answer.TRY_AGAIN, reason=reason, after=after)

    @classmethod
    def unknown(cls, message_id: int, reason: str) -> "Receipt":
        """Nobody can know whether it was sent."""
        return cls(message_id, Answer.UNKNOWN, reason=reason)

    @classmethod
    def left(cls, message_id: int) -> "Receipt":
        """The time was up before its turn."""
        return cls(message_id, Answer.LEFT)


class EventKind(StrEnum):
    """What providers report afterwards, in one vocabulary for all of them."""

    DELIVERED = "delivered"
    BOUNCED = "bounced"  # for good: the address is suppressed
    DEFERRED = "deferred"  # a soft bounce: the provider goes on trying
    COMPLAINED = "complained"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    GONE = "gone"  # the address (a push token) does not exist any more


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """One report of a callback, about the message of `public_id`, else of `provider_id`."""

    event_id: str
    kind: EventKind
    occurred_at: datetime
    provider_id: str = ""
    public_id: UUID | None = None
    payload: dict[str, Any] | None = None


class Provider(BaseModel, ABC):
    """One way to send on one channel; its fields are its settings.

    `is_idempotent` says that handing over the same public id twice sends one message.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ClassVar[str]
    channel: ClassVar[str]
    is_idempotent: ClassVar[bool] = False

    @abstractmethod
    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Hand the messages over and answer each within PROVIDER_TIMEOUT; those it can't begin are `left`."""

    def verify(self, request: Request) -> bool:
        """Whether a callback comes from this provider; one that has no callbacks says no."""
        del request
        return False

    def parse(self, request: Request) -> list[ProviderEvent]:
        """What a verified callback reports."""
        del request
        return []


providers: Registry[type[Provider]] = Registry("provider", "channels.providers")


def provider_of(channel: Channel) -> Provider:
    """The provider that serves a channel, with its settings; ValueError or LookupError where none can."""
    return providers.get(channel.provider).model_validate(unseal(channel.settings))
