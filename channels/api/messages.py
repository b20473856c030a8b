"""Messages and what became of them, read only."""

from typing import ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import mixins, serializers

from channels.models import ChannelKind, Message, MessageSource, MessageState
from channels.models.message import SENT_AND_AFTER, Reason
from config.api.fields import ShownText
from config.api.opaque import seal
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource
from customers.api.nested import OfCustomer

# The seven of the ledger: every candidate is counted in exactly one of them.
FATES = {
    "queued": [MessageState.QUEUED],
    "held": [MessageState.HELD],
    "sending": [MessageState.SENDING],
    "sent": SENT_AND_AFTER,
    "suppressed": [MessageState.SUPPRESSED],
    "failed": [MessageState.FAILED],
    "uncertain": [MessageState.UNCERTAIN],
}
FATE_OF = {state: fate for fate, states in FATES.items() for state in states}
# What `source_id` is the sealed number of; the apps above seal theirs by the same words.
SOURCE_KINDS = {MessageSource.JOURNEY: "journey_version", MessageSource.BROADCAST: "broadcast"}


class MessageSerializer(ModelSerializer[Message]):
    """A candidate message and what became of it, with why."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    customer = serializers.UUIDField(source="customer.public_id", read_only=True)
    content = serializers.CharField(source="content.slug", read_only=True, allow_null=True)
    source_id = serializers.SerializerMethodField()
    fate = serializers.SerializerMethodField()
    detail = ShownText()

    class Meta:
        model = Message
        fields = [
            "id",
            "customer",
            "channel",
            "content",
            "topic",
            "is_transactional",
            "priority",
            "source",
            "source_id",
            "step",
            "visit",
            "state",
            "fate",
            "reason",
            "detail",
            "due_at",
            "expires_at",
            "attempts",
            "provider_id",
            "created_at",
            "sent_at",
            "delivered_at",
            "opened_at",
            "clicked_at",
            "closed_at",
        ]

    @extend_schema_field({"type": "string", "format": "uuid"})
    def get_source_id(self, message: Message) -> str:
        """The journey version or the broadcast that asked for it."""
        source = MessageSource(message.source)
        return str(seal(SOURCE_KINDS.get(source, source.value), message.source_id))

    @extend_schema_field({"type": "string", "enum": list(FATES)})
    def get_fate(self, message: Message) -> str:
        """Where the ledger counts it: what came after sending counts as sent."""
        return FATE_OF[MessageState(message.state)]


class MessageFilter(filters.FilterSet):
    """Messages by customer, fate (as the ledger counts), state, reason, channel, content, source, time."""

    customer = filters.UUIDFilter("customer__public_id")
    fate = filters.ChoiceFilter(choices=[(fate, fate) for fate in FATES], method="of_fate", label=_("fate"))
    state = filters.ChoiceFilter("state", choices=MessageState.choices)
    reason = filters.ChoiceFilter("reason", choices=Reason.choices)
    channel = filters.ChoiceFilter("channel", choices=ChannelKind.choices)
    content = filters.CharFilter("content__slug")
    source = filters.ChoiceFilter("source", choices=MessageSource.choices)
    since = filters.IsoDateTimeFilter("created_at", "gte")
    until = filters.IsoDateTimeFilter("created_at", "lt")

    class Meta:
        model = Message
        fields: ClassVar[list[str]] = []

    def of_fate(self, messages: QuerySet[Message], _name: str, fate: str) -> QuerySet[Message]:
        """Those that the ledger counts under `fate`."""
        return messages.filter(state__in=FATES[fate])


def shown_messages() -> QuerySet[Message]:
    """Messages with what is shown of the rows around them."""
    return Message.objects.select_related("customer", "content")


class MessageViewSet(Listing, mixins.RetrieveModelMixin, Resource[Message]):
    """Messages, the newest first; `detail` says in words why one is held or was not sent."""

    serializer_class = MessageSerializer
    filterset_class = MessageFilter

    def get_queryset(self) -> QuerySet[Message]:
        """All messages."""
        return shown_messages()


class CustomerMessageViewSet(OfCustomer[Message]):
    """The messages of one customer, the newest first."""

    queryset = shown_messages()
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
