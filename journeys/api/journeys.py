"""Journeys: drafted, validated, published, paused, resumed, archived, counted."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.faults import FaultsSerializer
from config.api.fields import JSONObject
from config.api.problems import InvalidError, conflicting, told_at
from config.api.serializers import Serializer
from config.api.views import Listing, Resource, patience
from config.models import Scope
from journeys import checks, services
from journeys.api.shown import (
    JourneySerializer,
    StepCountsSerializer,
    VersionSerializer,
    shown_counts,
)
from journeys.counts import step_counts
from journeys.faults import GraphError
from journeys.models import Journey, JourneyVersion
from journeys.step import schemas

LONGEST_NUMBER = 10  # digits
VERSION = OpenApiParameter("version", int, description="Only this version; else all of them together.")


class GraphSerializer(Serializer[Any]):
    """A graph to look over."""

    draft = JSONObject()


class JourneyFilter(filters.FilterSet):
    """Journeys by state and by the stages they serve and lead to."""

    state = filters.ChoiceFilter("state", choices=Journey.State.choices)
    serves = filters.CharFilter("serves__slug")
    leads_to = filters.CharFilter("leads_to__slug")

    class Meta:
        model = Journey
        fields: list[str] = []


class JourneyViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    Resource[Journey],
):
    """Journeys; `docs/journeys.md` says how a graph is written."""

    serializer_class = JourneySerializer
    filterset_class = JourneyFilter
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    writes = Scope.SEND
    scopes = {
        "create": Scope.DESIGN,
        "partial_update": Scope.DESIGN,
        "validate": Scope.READ,
        "validate_draft": Scope.READ,
    }
    pages = {"list", "versions"}

    def get_queryset(self) -> QuerySet[Journey]:
        """All journeys."""
        return Journey.objects.select_related("serves", "leads_to", "live_version")

    def known_parameters(self) -> set[str]:
        """Counts know the version too."""
        return super().known_parameters() | ({"version"} if self.action == "counts" else set())

    def perform_create(self, serializer: serializers.BaseSerializer[Journey]) -> None:
        """A draft."""
        with told_at("draft", GraphError):
            serializer.instance = services.create_journey(**serializer.validated_data)

    def perform_update(self, serializer: serializers.BaseSerializer[Journey]) -> None:
        """Keep the draft and what is said about the journey; who is inside notices nothing."""
        with told_at("draft", GraphError), conflicting(services.JourneyStateError):
            services.change_journey(self.get_object().pk, **serializer.validated_data)
        serializer.instance = self.get_object()

    @extend_schema(
        operation_id="journeys_validate_draft", request=GraphSerializer, responses=FaultsSerializer
    )
    @action(detail=False, methods=["post"], url_path="validate", url_name="validate-draft")
    def validate_draft(self, request: Request) -> Response:
        """What keeps a graph from being published; nothing is kept."""
        given = GraphSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _looked_over(given.validated_data["draft"])

    @extend_schema(request=None, responses=FaultsSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """What keeps the draft from being published."""
        return _looked_over(self.get_object().draft)

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Make the draft the live version; 400 names each step and field that keeps it from being one."""
        person = request.user if request.user.is_authenticated else None
        with told_at("draft", GraphError), conflicting(services.JourneyStateError):
            services.publish(self.get_object().pk, clock.now(), by=person)
        return self._now()

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Stand still: nobody enters, goes on or is written to."""
        with conflicting(services.JourneyStateError):
            services.pause(self.get_object().pk)
        return self._now()

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Go on where everybody stood."""
        with conflicting(services.JourneyStateError):
            services.resume(self.get_object().pk, clock.now())
        return self._now()

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """End it for good: who is inside leaves."""
        with conflicting(services.JourneyStateError):
            services.archive(self.get_object().pk, clock.now())
        return self._now()

    @extend_schema(responses=VersionSerializer(many=True), filters=False)
    @action(detail=True)
    def versions(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The published versions, the newest first."""
        return self.page(JourneyVersion.objects.filter(journey=self.get_object()), VersionSerializer)

    @extend_schema(parameters=[VERSION], responses=StepCountsSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def counts(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many stand at each step, passed it by which branch, and its messages by fate."""
        versions = JourneyVersion.objects.filter(journey=self.get_object())
        if number := request.query_params.get("version"):
            versions = versions.filter(number=_whole(number))
        with patience():
            counts = step_counts(list(versions.values_list("pk", flat=True)))
        return Response(shown_counts(counts))

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False, pagination_class=None)
    def steps(self, request: Request) -> Response:  # noqa: ARG002
        """The JSON Schema of each kind of step's settings."""
        return Response(schemas())

    def _now(self) -> Response:
        return Response(self.get_serializer(self.get_object()).data, status=status.HTTP_200_OK)


def _looked_over(draft: object) -> Response:
    try:
        checks.check(draft)
    except GraphError as error:
        return Response({"errors": error.errors})
    return Response({"errors": []})


def _whole(number: str) -> int:
    """A version's number of the query."""
    if number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER:
        return int(number)
    raise InvalidError([{"path": "version", "message": _("Write the number of a version.")}])
