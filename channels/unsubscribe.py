"""The way out: what a customer's no on a message's unsubscribe page, or one click in a mail reader, means."""

from datetime import datetime
from uuid import UUID

from channels.models import Message
from customers.models import Topic
from customers.services import ConsentChange, set_consents


def message_to_leave(public_id: UUID) -> Message | None:
    """The message whose way out was taken; None where it was erased."""
    return Message.objects.select_related("customer").filter(public_id=public_id).first()


def topic_name(message: Message) -> str:
    """What the message's topic is called; nothing where it has none."""
    if not message.topic:
        return ""
    return Topic.objects.filter(slug=message.topic).values_list("name", flat=True).first() or message.topic


def leave(message: Message, address: str, now: datetime, *, only_topic: bool) -> None:
    """No more messages on this channel, or none about this topic; holds from the next dispatch on.

    `address`: where on the network it was said, as a proof keeps it.
    """
    topic = message.topic if only_topic else ""
    source = f"unsubscribe:{message.public_id}"
    change = ConsentChange(
        *(message.customer_id, message.channel, topic),
        is_granted=False,
        source=source,
        proof={"message": str(message.public_id), "address": address},
    )
    set_consents([change], now)
