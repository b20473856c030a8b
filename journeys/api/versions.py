"""Routes about a journey's versions: publish, roll back, migrate, and what comes of it beforehand."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import person
from config.api.fields import JSONObject
from config.api.problems import InvalidError, conflicting, told_at
from config.api.serializers import Serializer
from config.api.views import Resource, patience
from journeys import publishing
from journeys.api.shown import JourneySerializer, VersionSerializer
from journeys.diff import difference
from journeys.faults import GraphError
from journeys.mapping import MapError, Moves
from journeys.models import Journey, JourneyVersion, VersionMove
from journeys.moves import migration_preview
from journeys.publishing import ApprovalError
from journeys.states import JourneyStateError
from journeys.warn import WarningsError

NUMBER = re.compile(r"[1-9][0-9]{0,8}")
DRAFT, LIVE = "draft", "live"


class MovesField(JSONObject):
    """By the number of an old version: old step → new step, or null to let its customers leave."""

    def to_internal_value(self, data: Any) -> Moves:  # type: ignore[override]  # not for JSON any more
        """The maps, by number."""
        given = super().to_internal_value(data)
        return {self._number(number): self._steps(number, steps) for number, steps in given.items()}

    def _number(self, number: str) -> int:
        if not NUMBER.fullmatch(number):
            raise serializers.ValidationError({number: _("Write the number of a version.")})
        return int(number)

    def _steps(self, number: str, steps: Any) -> dict[str, str | None]:
        if not isinstance(steps, dict) or not all(isinstance(step, str | None) for step in steps.values()):
            raise serializers.ValidationError({number: _("Write an object: old step to new step, or null.")})
        return steps


class PublishSerializer(Serializer[Any]):
    """Which warnings are known, and who of those inside is taken along."""

    acknowledged = serializers.ListField(
        child=serializers.CharField(max_length=400), default=list, max_length=500, required=False
    )
    moves = MovesField(default=dict, required=False)


class RollBackSerializer(PublishSerializer):
    """And to which version."""

    version = serializers.IntegerField(min_value=1, max_value=10**9)


class MigrateSerializer(Serializer[Any]):
    """Who of those inside old versions is taken to which step of the live one."""

    moves = MovesField()


class PreviewSerializer(Serializer[Any]):
    """A map to look over before publishing the draft, or before moving to the live version."""

    moves = MovesField(default=dict, required=False)
    into = serializers.ChoiceField(choices=[DRAFT, LIVE], default=DRAFT, required=False)


class LineSerializer(Serializer[Any]):
    """One step of a version where customers stand: how many, and where they would go."""

    version = serializers.IntegerField()
    step = serializers.CharField()
    inside = serializers.IntegerField()
    to = serializers.CharField(allow_null=True)
    stays = serializers.BooleanField()


class MoveSerializer(Serializer[Any]):
    """Those inside a version on their way to another: how many were moved, and whether it is over."""

    from_version = serializers.IntegerField(source="from_version.number")
    to_version = serializers.IntegerField(source="to_version.number")
    steps = serializers.DictField(child=serializers.CharField(allow_null=True))
    moved = serializers.IntegerField()
    asked_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)


class SettingSerializer(Serializer[Any]):
    """A value that is not the same."""

    path = serializers.CharField()
    old = serializers.JSONField(allow_null=True)
    new = serializers.JSONField(allow_null=True)


class NamedStepSerializer(Serializer[Any]):
    """A step that is in one of the two only."""

    id = serializers.CharField()
    title = serializers.CharField()


class ChangedStepSerializer(NamedStepSerializer):
    """A step that is in both, and what of it is not the same."""

    settings = SettingSerializer(many=True)
    branches = SettingSerializer(many=True)


class GraphDifferenceSerializer(Serializer[Any]):
    """What two graphs say differently, each by its path, and all of it in words."""

    words = serializers.ListField(child=serializers.CharField())
    around = SettingSerializer(many=True)
    added = NamedStepSerializer(many=True)
    removed = NamedStepSerializer(many=True)
    changed = ChangedStepSerializer(many=True)


WHICH = "The number of a version, `live` or `draft`."
FROM = OpenApiParameter("from", str, description=f"{WHICH} By default `live`.")
TO = OpenApiParameter("to", str, description=f"{WHICH} By default `draft`.")


@contextmanager
def told() -> Iterator[None]:
    """Refusals of publishing as what they are: 400 by path, 409 where the state or the policy forbids it."""
    with (
        told_at("draft", GraphError),
        told_at("moves", MapError),
        told_at("", WarningsError),
        conflicting(JourneyStateError, ApprovalError),
    ):
        yield


class VersionRoutes(Resource[Journey]):
    """What a journey's resource knows of versions."""

    @extend_schema(request=PublishSerializer, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """Make the draft the live version; 400 names what keeps it from being one, and each open warning."""
        given = self._given(PublishSerializer)
        with told():
            publishing.publish(self.get_object().pk, clock.now(), by=person(request), **given)
        return self._now()

    @extend_schema(request=RollBackSerializer, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def rollback(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Publish what an earlier version said as the next one; the draft stays."""
        given = self._given(RollBackSerializer)
        with told():
            number = given.pop("version")
            publishing.roll_back(self.get_object().pk, number, clock.now(), by=person(request), **given)
        return self._now()

    @extend_schema(request=MigrateSerializer, responses=MoveSerializer(many=True))
    @action(detail=True, methods=["post"], pagination_class=None)
    def migrate(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Have those inside old versions taken to the live one; it goes on by itself until all are there."""
        given = self._given(MigrateSerializer)
        with told():
            asked = publishing.migrate(self.get_object().pk, given["moves"], clock.now(), by=person(request))
        return Response(MoveSerializer(asked, many=True).data)

    @extend_schema(responses=MoveSerializer(many=True), filters=False)
    @action(detail=True)
    def moves(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The moves from version to version, the newest first."""
        rows = VersionMove.objects.filter(journey=self.get_object())
        return self.page(rows.select_related("from_version", "to_version"), MoveSerializer)

    @extend_schema(request=PreviewSerializer, responses=LineSerializer(many=True))
    @action(detail=True, methods=["post"], pagination_class=None)
    def preview(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many stand at each step of each version, and where a map would take them; nothing is done."""
        given, journey = self._given(PreviewSerializer), self.get_object()
        graph = _graph(journey, given["into"], "into")
        with told(), patience():
            lines = migration_preview(journey.pk, given["moves"], graph)
        return Response(LineSerializer(lines, many=True).data)

    @extend_schema(parameters=[FROM, TO], responses=GraphDifferenceSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def diff(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """What two versions, or a version and the draft, say differently."""
        journey, asked = self.get_object(), request.query_params
        found = difference(
            _graph(journey, asked.get("from", LIVE), "from"), _graph(journey, asked.get("to", DRAFT), "to")
        )
        return Response(GraphDifferenceSerializer(vars(found) | {"words": found.words()}).data)

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True)
    def versions(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The published versions, the newest first."""
        return self.page(
            JourneyVersion.objects.filter(journey=self.get_object()).select_related("published_by"),
            VersionSerializer,
        )

    def _given(self, shape: type[Serializer[Any]]) -> dict[str, Any]:
        given = shape(data=self.request.data)
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)

    def _now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data)


def _graph(journey: Journey, which: str, parameter: str) -> dict[str, Any]:
    """The graph of the draft, the live version (empty where nothing is published) or a version."""
    if which == DRAFT:
        return dict(journey.draft)
    if which == LIVE:
        return dict(journey.live_version.graph) if journey.live_version else {}
    if NUMBER.fullmatch(which):
        with told_at(parameter, JourneyStateError):
            return dict(publishing.version_of(journey, int(which)).graph)
    message = _("Write the number of a version, “live” or “draft”.")
    raise InvalidError([{"path": parameter, "message": message}])
