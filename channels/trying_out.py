"""A content sent to a colleague's own address: no customer's message, so no gate, and it counts nowhere."""

from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from channels.content.render import render
from channels.models import Channel, Content
from channels.provider import (
    Answer,
    PermanentDeliveryError,
    Receipt,
    RenderError,
    Taken,
    TemporaryDeliveryError,
    provider_of,
)
from channels.verdict import ADDRESS_KINDS
from customers.addresses import normal
from customers.models import Customer


class TryError(ValueError):
    """A content could not be tried out; the message says why and what to do."""


def send_to_colleague(content: Content, customer: Customer, address: str, now: datetime) -> Receipt:
    """Send what is kept of a content to `address`, filled in for `customer`, by the channel's provider.

    Returns the provider's receipt, which accepts it; else TryError. Links in it lead nowhere: there is no
    such message. It takes as long as the provider does, at most PROVIDER_TIMEOUT.
    """
    channel = Channel.objects.filter(kind=content.channel, is_active=True).first()
    if channel is None:
        raise TryError(_("The channel is not active: set it up under Channels."))
    try:
        kind = ADDRESS_KINDS.get(content.channel)
        to = normal(kind, address, settings.BRAND_COUNTRY) if kind else ""
        taken = Taken(0, uuid4(), customer.pk, content.pk, content.channel, to, {})
        message = render([taken], channel.sender, now)[0]
        if isinstance(message, RenderError):
            raise TryError(message.reason)
        (receipt,) = provider_of(channel).send([message])
    except (LookupError, ValueError, TemporaryDeliveryError, PermanentDeliveryError) as error:
        raise TryError(str(error)) from error
    if receipt.answer != Answer.ACCEPTED:
        raise TryError(receipt.reason or _("The provider did not take it."))
    return receipt
