"""From messages that were let through to their recorded answers; no transaction is open in between."""

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings

from channels import provider as contract
from channels.content.render import render
from channels.models import Channel, MessageState, Reason
from channels.moves import Sending
from channels.provider import (
    Outgoing,
    PermanentDeliveryError,
    Provider,
    Receipt,
    RenderError,
    Taken,
    TemporaryDeliveryError,
)
from channels.receipts import Answered, answered, record
from channels.verdict import ADDRESS_KINDS
from config import database
from customers.models import Suppression
from customers.services import suppress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Lease:
    """By what right messages are being sent: the token, and when (by this process's clock) it was taken."""

    token: UUID
    taken_at: float

    def allows_a_call(self) -> bool:
        """Whether a call that takes as long as it may would still end within the lease."""
        spare = (settings.LEASE - settings.PROVIDER_TIMEOUT).total_seconds()
        return time.monotonic() - self.taken_at < spare


def deliver(
    channel: Channel,
    batch: Sequence[Sending],
    lease: Lease,
    now: datetime,
    provider: Provider | None = None,
) -> int:
    """Render, hand over (to `provider`, if given, in place of the channel's), record; how many answers."""
    try:
        rendered = _render([sending.message for sending in batch], channel.sender, now)
    except database.AWAY:
        logger.warning("PostgreSQL went away before %d messages were rendered; they go back.", len(batch))
        return record([_given_back(sending, now) for sending in batch], lease.token, now)
    outgoing = [message for message in rendered if isinstance(message, Outgoing)]
    receipts, is_idempotent = _send(channel, outgoing, lease, now, provider)
    by_id = {receipt.message_id: receipt for receipt in receipts}
    errors = {error.message_id: error for error in rendered if isinstance(error, RenderError)}
    answers = [
        _unrendered(sending, errors[sending.message.id])
        if sending.message.id in errors
        else answered(
            sending,
            by_id.get(sending.message.id)
            or Receipt.unknown(sending.message.id, "No answer for this message."),
            is_idempotent=is_idempotent,
            now=now,
        )
        for sending in batch
    ]
    recorded = record(answers, lease.token, now, is_idempotent=is_idempotent)
    _suppress_gone(channel.kind, outgoing, receipts, now)
    return recorded


def _render(messages: Sequence[Taken], sender: str, now: datetime) -> list[Outgoing | RenderError]:
    """All at once; where that raises, one by one, so that a message that can't be rendered fails alone."""
    try:
        return render(messages, sender, now)
    except Exception as error:
        if database.is_away(error):
            raise
        logger.exception(
            "A batch of %d messages could not be rendered; trying them one by one.", len(messages)
        )
    return [_render_alone(message, sender, now) for message in messages]


def _render_alone(message: Taken, sender: str, now: datetime) -> Outgoing | RenderError:
    try:
        return render([message], sender, now)[0]
    except Exception as error:
        if database.is_away(error):
            raise
        logger.exception("Message %d could not be rendered.", message.id)
        return RenderError(message.id, f"{type(error).__name__}: {error}")


def _given_back(sending: Sending, now: datetime) -> Answered:
    return answered(sending, Receipt.left(sending.message.id), is_idempotent=False, now=now)


def _unrendered(sending: Sending, error: RenderError) -> Answered:
    return Answered(
        message_id=sending.message.id,
        state=MessageState.FAILED,
        reason=Reason.CONTENT,
        detail=error.reason[:500].replace("\x00", ""),
        provider_id="",
        due_at=None,
        keeps_slot=False,
        attempts=sending.attempts,
    )


def _send(
    channel: Channel,
    outgoing: Sequence[Outgoing],
    lease: Lease,
    now: datetime,
    provider: Provider | None,
) -> tuple[list[Receipt], bool]:
    """The provider's receipts, and whether it is idempotent. What it raises holds for all messages."""
    if not outgoing:
        return [], False
    try:
        provider = provider or contract.provider_of(channel)
    except (LookupError, ValueError) as error:  # no such provider, or settings that it can't read
        reason = f"The channel's provider can't be set up: {error}"
        return [Receipt.try_again(message.message_id, reason) for message in outgoing], False
    if not lease.allows_a_call():
        logger.warning("Too late to send %d messages within their lease; they go back.", len(outgoing))
        return [Receipt.left(message.message_id) for message in outgoing], provider.is_idempotent
    return _call(provider, channel, outgoing, now), provider.is_idempotent


def _call(provider: Provider, channel: Channel, outgoing: Sequence[Outgoing], now: datetime) -> list[Receipt]:
    try:
        return provider.send(outgoing)
    except TemporaryDeliveryError as error:
        if error.retry_after is not None:
            Channel.objects.filter(pk=channel.pk).update(rests_until=now + error.retry_after)
        return [Receipt.try_again(m.message_id, str(error), error.retry_after) for m in outgoing]
    except PermanentDeliveryError as error:
        return [Receipt.refused(message.message_id, str(error)) for message in outgoing]
    except Exception as error:
        logger.exception("Provider %s failed in the middle of %d messages.", provider.kind, len(outgoing))
        return [Receipt.unknown(message.message_id, type(error).__name__) for message in outgoing]


def _suppress_gone(
    channel: str, outgoing: Iterable[Outgoing], receipts: Iterable[Receipt], now: datetime
) -> None:
    gone = {receipt.message_id for receipt in receipts if receipt.is_gone}
    if gone:
        kind = ADDRESS_KINDS[channel]
        addresses = [(kind, message.address) for message in outgoing if message.message_id in gone]
        suppress(addresses, Suppression.Reason.GONE, now)
