"""A message's page: everything about it, in words first, and what it looks like."""

from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from campaigns.models import Broadcast
from channels.content.problem import ContentError
from channels.models import Callback, Message
from channels.preview import as_note, as_page, rendered_message
from config import clock
from config.csp import sandboxed
from config.pages import site
from customers.finding import identities
from journeys.models import JourneyVersion


def found(messages: QuerySet[Message], words: str) -> QuerySet[Message]:
    """Of these messages the one with this id, or those of the customer with this identity."""
    words = words.strip().replace("\x00", "")
    if not words:
        return messages
    try:
        return messages.filter(public_id=UUID(words))
    except ValueError:
        return messages.filter(customer_id__in=list(identities(Q(value__in={words, words.lower()}))))


def source_names() -> dict[tuple[str, int], str]:
    """What each asker of messages is called: journeys with their version, broadcasts."""
    versions = JourneyVersion.objects.select_related("journey")
    names = {("journey", version.pk): f"{version.journey.name} v{version.number}" for version in versions}
    return names | {("broadcast", pk): name for pk, name in Broadcast.objects.values_list("pk", "name")}


def message_page(request: HttpRequest, message_id: int) -> HttpResponse:
    """One message with all that is known of it."""
    message = get_object_or_404(Message.objects.select_related("customer__stage", "content"), pk=message_id)
    journey = JourneyVersion.objects.filter(pk=message.source_id).select_related("journey").first()
    context = site().page(
        request,
        message.content.name if message.content else message.get_channel_display(),
        message=message,
        now=clock.now(),
        version=journey if message.source == "journey" else None,
        broadcast=Broadcast.objects.filter(pk=message.source_id).first()
        if message.source == "broadcast"
        else None,
        callbacks=Callback.objects.filter(Q(message=message)).order_by("occurred_at")[:50],
    )
    return TemplateResponse(request, "insights/message.html", context)


def message_preview(request: HttpRequest, message_id: int) -> HttpResponse:  # noqa: ARG001 - a view's shape
    """The message in a frame that can do nothing."""
    message = get_object_or_404(Message.objects.select_related("customer", "content"), pk=message_id)
    try:
        return sandboxed(as_page(rendered_message(message)))
    except ContentError as error:
        return sandboxed(as_note(str(error) or _("This message has no text to show.")))
