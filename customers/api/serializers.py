"""How customers and their rows are shown outside: by public ids and slugs, never by numbers."""

import json
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from config.api.fields import JSONObject, SealedId, ShownDocument
from config.api.serializers import ModelSerializer, Serializer
from customers.linking import LEVELS
from customers.models import Consent, ConsentWord, Customer, Event, Identity, Membership, StageMove
from customers.tracking.body import LARGEST_EVENT

EVENT = "event"
CHANNELS = ["email", "sms", "push", "webhook"]


class IdentitySerializer(ModelSerializer[Identity]):
    """One identifier that leads to the customer."""

    value = serializers.CharField(source="shown", read_only=True)

    class Meta:
        model = Identity
        fields = ["kind", "value", "created_at"]


class CustomerSerializer(ModelSerializer[Customer]):
    """The golden record."""

    id = serializers.UUIDField(source="public_id", read_only=True)
    stage = serializers.CharField(source="stage.slug", read_only=True, allow_null=True)
    identities = IdentitySerializer(many=True, read_only=True)
    traits = ShownDocument()

    class Meta:
        model = Customer
        fields = [
            "id",
            "identities",
            "traits",
            "language",
            "country",
            "time_zone",
            "stage",
            "stage_since",
            "first_seen_at",
            "last_seen_at",
        ]


class StageMoveSerializer(ModelSerializer[StageMove]):
    """One move through the seven stages; one by hand says by whom and why."""

    from_stage = serializers.CharField(source="from_stage.slug", read_only=True, allow_null=True)
    to_stage = serializers.CharField(source="to_stage.slug", read_only=True)

    class Meta:
        model = StageMove
        fields = ["from_stage", "to_stage", "moved_at", "from_since", "moved_by", "reason"]


class ConsentSerializer(ModelSerializer[Consent]):
    """The customer's last word on a channel and a topic; an empty topic is the whole channel.

    Where double opt-in is asked for, a yes counts once it is confirmed, or said to be so (`is_confirmed`).
    """

    channel = serializers.ChoiceField(choices=CHANNELS)
    topic = serializers.SlugField(max_length=60, required=False, allow_blank=True, default="")
    is_confirmed = serializers.BooleanField(write_only=True, required=False, default=False)

    class Meta:
        model = Consent
        fields = ["channel", "topic", "is_granted", "source", "wording", "changed_at", "is_confirmed"]
        read_only_fields = ["changed_at"]
        extra_kwargs = {"is_granted": {"required": True}}


class ConsentWordSerializer(ModelSerializer[ConsentWord]):
    """One word as it was said: `asked` is a yes that was to be confirmed."""

    via = serializers.CharField(source="via.name", read_only=True, allow_null=True)

    class Meta:
        model = ConsentWord
        fields = ["channel", "topic", "said", "source", "wording", "proof", "via", "said_at", "kept_at"]


class EventSerializer(ModelSerializer[Event]):
    """Something that happened to a customer."""

    id = SealedId(EVENT)
    customer = serializers.UUIDField(source="customer.public_id", read_only=True)
    source = serializers.CharField(  # type: ignore[assignment]  # a field by that name
        source="source.name", read_only=True, allow_null=True
    )
    properties = ShownDocument()

    class Meta:
        model = Event
        fields = [
            "id",
            "customer",
            "name",
            "occurred_at",
            "received_at",
            "properties",
            "source",
            "message_id",
        ]


class MemberSerializer(ModelSerializer[Membership]):
    """A customer who is in a segment now."""

    customer = CustomerSerializer(read_only=True)

    class Meta:
        model = Membership
        fields = ["customer", "entered_at"]


class Traits(JSONObject):
    """Traits by name, as an `identify` takes them."""

    def to_internal_value(self, data: Any) -> Any:
        """The traits; an error where they are more than an event may be."""
        traits = super().to_internal_value(data)
        if len(json.dumps(traits)) > LARGEST_EVENT:
            raise serializers.ValidationError(_("These are more than 32 KB of traits."))
        return traits


class NewCustomerSerializer(Serializer[Any]):
    """Who it is and what is known: the same as an `identify` call."""

    identities = serializers.DictField(
        child=serializers.CharField(max_length=512),
        allow_empty=False,
        help_text=f"Kind → value: {', '.join(LEVELS)}.",
    )
    traits = Traits(required=False, default=dict)


class ChangedCustomerSerializer(Serializer[Any]):
    """What is newly known of a customer; traits that are not named stay, null removes one."""

    identities = serializers.DictField(child=serializers.CharField(max_length=512), required=False)
    traits = Traits(required=False)
