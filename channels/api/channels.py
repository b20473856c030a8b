"""The channels and their providers. Settings go in and are never shown: only which of them are set."""

from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from pydantic import ValidationError
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from channels.health import ChannelDay, channel_days
from channels.models import Channel, ChannelKind
from channels.provider import providers
from channels.secrets import SealError, unseal
from channels.setup import WrongChannelError, set_up_channel
from config import clock
from config.api.fields import JSONObject
from config.api.problems import InvalidError, told_at
from config.api.serializers import Serializer
from config.api.views import Resource, patience
from config.invalid import words_of
from config.models import Scope
from config.registry import UnknownKindError


class ChannelSerializer(Serializer[Any]):
    """A channel: by which provider it sends, and how its last 24 hours were."""

    channel = serializers.ChoiceField(choices=ChannelKind.choices, source="channel.kind")
    provider = serializers.CharField(source="channel.provider")
    sender = serializers.CharField(source="channel.sender")
    is_active = serializers.BooleanField(source="channel.is_active")
    settings_set = serializers.SerializerMethodField()
    changed_at = serializers.DateTimeField(source="channel.changed_at")
    health = serializers.ChoiceField(choices=["off", "late", "failing", "well"])
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    uncertain = serializers.IntegerField()
    bounced = serializers.IntegerField()
    waiting = serializers.IntegerField()

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_settings_set(self, day: ChannelDay) -> list[str]:
        """The names of the settings that have a value."""
        try:
            return sorted(name for name, value in unseal(day.channel.settings).items() if value)
        except SealError:
            return []


class SetUpSerializer(Serializer[Any]):
    """By what a channel shall send. Settings that are secret and left out stay; the others are all given."""

    provider = serializers.CharField(max_length=40, required=False)
    settings = JSONObject(required=False)
    sender = serializers.CharField(max_length=200, required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)

    def validate_sender(self, sender: str) -> str:
        """One line: it becomes a header."""
        if not sender.isprintable():
            raise serializers.ValidationError(_("A sender is one line of printable characters."))
        return sender


class ChannelViewSet(Resource[Channel]):
    """E-mail, SMS, push, webhook."""

    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    pagination_class = None
    lookup_field = "kind"
    lookup_url_kwarg = "channel"
    lookup_value_converter = "slug"
    writes = Scope.FULL
    rights = dict.fromkeys(["list", "retrieve", "providers"], "channels.view_channel") | {
        "partial_update": "channels.change_channel"
    }
    pages = frozenset()

    @extend_schema(responses=ChannelSerializer(many=True))
    def list(self, request: Request) -> Response:  # noqa: ARG002 - DRF hands the request over
        """All channels that are set up, on one page."""
        return Response(ChannelSerializer(_days(), many=True).data)

    @extend_schema(responses=ChannelSerializer)
    def retrieve(self, request: Request, channel: str) -> Response:  # noqa: ARG002
        """One channel."""
        return Response(_shown(self.get_object()))

    @extend_schema(request=SetUpSerializer, responses=ChannelSerializer)
    def partial_update(self, request: Request, channel: str) -> Response:
        """Have a provider serve the channel from now on; one that is not set up yet is made."""
        if channel not in ChannelKind.values:
            raise Http404
        given = SetUpSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return Response(_shown(_set_up(channel, given.validated_data)))

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False)
    def providers(self, request: Request) -> Response:  # noqa: ARG002
        """Each provider: its channel, and the JSON Schema of its settings."""
        known = {kind: providers.get(kind) for kind in providers}
        return Response(
            {
                kind: {"channel": provider.channel, "settings": provider.model_json_schema()}
                for kind, provider in known.items()
            }
        )


def _set_up(kind: str, given: dict[str, Any]) -> Channel:
    """Apply what was given over what the channel has."""
    was = Channel.objects.filter(kind=kind).first() or Channel(kind=kind)
    provider = given.get("provider", was.provider)
    if not provider:
        raise InvalidError([{"path": "provider", "message": _("Say by which provider it sends.")}])
    if "settings" not in given and provider == was.provider:
        was.sender = given.get("sender", was.sender)
        was.is_active = given.get("is_active", was.is_active)
        was.save(update_fields=["sender", "is_active", "changed_at"])
        return was
    try:
        with told_at("provider", UnknownKindError, WrongChannelError):
            return set_up_channel(
                kind,
                provider,
                given.get("settings", {}),
                sender=given.get("sender", was.sender),
                is_active=given.get("is_active", was.is_active),
            )
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise InvalidError(
            [
                {"path": ".".join(map(str, ("settings", *each["loc"]))), "message": words_of(each)}
                for each in faults
            ]
        ) from error


def _days() -> list[ChannelDay]:
    with patience():
        return channel_days(clock.now())


def _shown(channel: Channel) -> dict[str, Any]:
    day = next(day for day in _days() if day.channel.pk == channel.pk)
    return dict(ChannelSerializer(day).data)
