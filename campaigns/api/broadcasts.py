"""Broadcasts: drafted, scheduled, paused, resumed, cancelled, counted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns import services
from campaigns.models import Broadcast
from channels.api.messages import SOURCE_KINDS, MessageSerializer, shown_messages
from channels.ledger import fates
from channels.models import Content, MessageSource
from config import clock
from config.api.fields import SealedId
from config.api.problems import conflicting, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource
from config.models import Scope
from customers.models import Segment

BROADCAST = SOURCE_KINDS[MessageSource.BROADCAST]


class BroadcastSerializer(ModelSerializer[Broadcast]):
    """One content to the members of one segment, once."""

    id = SealedId(BROADCAST)
    content = serializers.SlugRelatedField(slug_field="slug", queryset=Content.objects.all())
    segment = serializers.SlugRelatedField(
        slug_field="slug", queryset=Segment.objects.filter(archived_at=None)
    )
    priority = serializers.IntegerField(min_value=0, max_value=100, default=30)
    expires_after = serializers.DurationField(
        allow_null=True, required=False, min_value=timedelta(minutes=1), max_value=timedelta(days=366)
    )

    class Meta:
        model = Broadcast
        fields = [
            "id",
            "name",
            "content",
            "segment",
            "priority",
            "starts_at",
            "expires_after",
            "state",
            "created_at",
            "launched_at",
            "finished_at",
            "candidates",
        ]
        read_only_fields = ["state", "created_at", "launched_at", "finished_at", "candidates"]


class StartSerializer(Serializer[Any]):
    """When to start; left out, at the broadcast's own time, else at once."""

    starts_at = serializers.DateTimeField(required=False, allow_null=True)


class CountsSerializer(Serializer[Any]):
    """The ledger: `candidates` is the sum of the others."""

    candidates = serializers.IntegerField()
    queued = serializers.IntegerField()
    held = serializers.IntegerField()
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    suppressed = serializers.IntegerField()
    failed = serializers.IntegerField()
    uncertain = serializers.IntegerField()


class BroadcastFilter(filters.FilterSet):
    """Broadcasts by state, content and segment."""

    state = filters.ChoiceFilter("state", choices=Broadcast.State.choices)
    content = filters.CharFilter("content__slug")
    segment = filters.CharFilter("segment__slug")

    class Meta:
        model = Broadcast
        fields: list[str] = []


class BroadcastViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    SealedResource[Broadcast],
):
    """Broadcasts, the newest first. Only drafts can be changed."""

    serializer_class = BroadcastSerializer
    filterset_class = BroadcastFilter
    sealed_as = BROADCAST
    writes = Scope.SEND
    scopes = {"create": Scope.DESIGN, "partial_update": Scope.DESIGN}
    pages = {"list", "messages"}

    def get_queryset(self) -> QuerySet[Broadcast]:
        """All broadcasts."""
        return Broadcast.objects.select_related("content", "segment")

    def perform_create(self, serializer: serializers.BaseSerializer[Broadcast]) -> None:
        """A draft."""
        serializer.instance = services.create_broadcast(**serializer.validated_data)

    def perform_update(self, serializer: serializers.BaseSerializer[Broadcast]) -> None:
        """Change a draft; 409 where it is none any more."""
        with conflicting(services.BroadcastStateError):
            serializer.instance = services.change_broadcast(self.get_object(), **serializer.validated_data)

    @extend_schema(request=StartSerializer, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def schedule(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the word of the path
        """Have it start; 400 says what keeps it from being sent."""
        given = StartSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        starts_at = given.validated_data.get("starts_at")
        with told_at("", services.BroadcastError):
            return self._moved(lambda row: services.schedule(row, clock.now(), starts_at))

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def unschedule(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Take a scheduled one back to its draft."""
        return self._moved(services.unschedule)

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Hold back what has not been sent."""
        return self._moved(services.pause)

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Let what was held back go out."""
        return self._moved(lambda row: services.resume(row, clock.now()))

    @extend_schema(request=None, responses=BroadcastSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Never send what has not been sent."""
        return self._moved(lambda row: services.cancel(row, clock.now()))

    @extend_schema(responses=CountsSerializer)
    @action(detail=True)
    def counts(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Its messages by fate."""
        return Response(CountsSerializer(fates(MessageSource.BROADCAST, self.get_object().pk)).data)

    @extend_schema(responses=MessageSerializer(many=True), filters=False)
    @action(detail=True)
    def messages(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Its messages, the newest first."""
        rows = shown_messages().filter(source=MessageSource.BROADCAST, source_id=self.get_object().pk)
        return self.page(rows, MessageSerializer)

    def _moved(self, move: Callable[[Broadcast], Broadcast]) -> Response:
        with conflicting(services.BroadcastStateError):
            row = move(self.get_object())
        return Response(self.get_serializer(row).data, status=status.HTTP_200_OK)
