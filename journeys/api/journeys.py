"""Journeys: drafted, validated, paused, resumed, drained, archived, brought back, counted."""

from datetime import timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import TypeAdapter, ValidationError
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import person
from config.api.faults import FaultSerializer, FaultsSerializer
from config.api.fields import JSONObject
from config.api.problems import InvalidError, conflicting, told_at
from config.api.serializers import Serializer
from config.api.views import Listing, patience
from config.models import Scope
from config.roles import APPROVE, DRAFT_JOURNEYS
from journeys import checks, entry, services
from journeys.api.entering import EnteringRoutes
from journeys.api.rehearsal import Rehearsing
from journeys.api.review import ReviewRoutes
from journeys.api.shown import (
    GoalCountsSerializer,
    JourneySerializer,
    StepCountsSerializer,
    shown_counts,
)
from journeys.api.simulations import Simulating
from journeys.api.versions import VersionRoutes
from journeys.counts import step_counts
from journeys.faults import GraphError
from journeys.goal_counts import goal_counts
from journeys.models import Journey, JourneyVersion
from journeys.parked import retry_journey
from journeys.span import Elapsed
from journeys.step import schemas

LONGEST_NUMBER = 10  # digits
OF_ACTIONS = {"counts": {"version"}, "goals": {"version"}, "diff": {"from", "to"}, "comments": {"open"}}
SPAN: TypeAdapter[timedelta] = TypeAdapter(Elapsed)
VERSION = OpenApiParameter("version", int, description="Only this version; else all of them together.")


class GraphSerializer(Serializer[Any]):
    """A graph to look over."""

    draft = JSONObject()


class WarningSerializer(FaultSerializer):
    """One thing that whoever publishes should know, and acknowledges by its key."""

    key = serializers.CharField()
    code = serializers.CharField()


class CheckSerializer(FaultsSerializer):
    """What keeps a graph from being published, or else what is probably not meant in it."""

    warnings = WarningSerializer(many=True)


class ResumeSerializer(Serializer[Any]):
    """What is sent of that which waited."""

    older_than = serializers.CharField(required=False, allow_null=True, default=None, max_length=40)

    def validate_older_than(self, older_than: str | None) -> timedelta | None:
        """A length of time as graphs write it, such as P2D."""
        try:
            return SPAN.validate_python(older_than) if older_than is not None else None
        except ValidationError as error:
            raise serializers.ValidationError(_("Write a length of time, such as P2D or PT6H.")) from error


class RetriedSerializer(Serializer[Any]):
    """How many go on."""

    retried = serializers.IntegerField()


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
    VersionRoutes,
    ReviewRoutes,
    Rehearsing,
    EnteringRoutes,
    Simulating,
):
    """Journeys; `docs/journeys.md` says how a graph is written."""

    serializer_class = JourneySerializer
    filterset_class = JourneyFilter
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    writes = Scope.SEND
    repeatable = {"create", "trigger"}
    scopes = {
        "create": Scope.DESIGN,
        "partial_update": Scope.DESIGN,
        "validate": Scope.READ,
        "validate_draft": Scope.READ,
        "simulate": Scope.DESIGN,
        "preview": Scope.READ,
        "comment": Scope.DESIGN,
        "answer": Scope.DESIGN,
        "resolve": Scope.DESIGN,
        "walk": Scope.READ,
        "run_tests": Scope.READ,
        "keep_test": Scope.DESIGN,
        "delete_test": Scope.DESIGN,
        "import_file": Scope.DESIGN,
    }
    rights = {"ask": DRAFT_JOURNEYS, "approve": APPROVE, "refuse": APPROVE}
    pages = {"list", "versions", "moves", "requests", "comments", "acts"}

    def get_queryset(self) -> QuerySet[Journey]:
        """All journeys."""
        return Journey.objects.select_related("serves", "leads_to", "live_version")

    def known_parameters(self) -> set[str]:
        """Some routes know more."""
        return super().known_parameters() | OF_ACTIONS.get(self.action, set())

    def perform_create(self, serializer: serializers.BaseSerializer[Journey]) -> None:
        """A draft."""
        with told_at("draft", GraphError):
            serializer.instance = services.create_journey(
                **serializer.validated_data, by=person(self.request)
            )

    def perform_update(self, serializer: serializers.BaseSerializer[Journey]) -> None:
        """Keep the draft and what is said about the journey; who is inside notices nothing."""
        with told_at("draft", GraphError), conflicting(services.JourneyStateError):
            journey_id, by = self.get_object().pk, person(self.request)
            services.change_journey(journey_id, by=by, **serializer.validated_data)
        serializer.instance = self.get_object()

    @extend_schema(operation_id="journeys_validate_draft", request=GraphSerializer, responses=CheckSerializer)
    @action(detail=False, methods=["post"], url_path="validate", url_name="validate-draft")
    def validate_draft(self, request: Request) -> Response:
        """What keeps a graph from being published, and what to know if it is; nothing is kept."""
        given = GraphSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return _looked_over(given.validated_data["draft"])

    @extend_schema(request=None, responses=CheckSerializer)
    @action(detail=True, methods=["post"])
    def validate(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """What keeps the draft from being published, and what to acknowledge if it is."""
        return _looked_over(self.get_object().draft)

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Stand still: nobody enters, goes on or is written to."""
        with conflicting(services.JourneyStateError):
            services.pause(self.get_object().pk, by=person(request))
        return self._now()

    @extend_schema(request=ResumeSerializer, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Go on where everybody stood; messages asked for longer than `older_than` ago are dropped."""
        given = self._given(ResumeSerializer)
        with conflicting(services.JourneyStateError):
            services.resume(self.get_object().pk, clock.now(), by=person(request), **given)
        return self._now()

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def drain(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Let nobody in any more; it is archived when the last has left. `resume` lets customers in again."""
        with conflicting(services.JourneyStateError):
            services.drain(self.get_object().pk, by=person(request))
        return self._now()

    @extend_schema(request=None, responses=RetriedSerializer)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Try the steps again that failed five times for those inside."""
        many = retry_journey(self.get_object().pk, clock.now(), by=person(request))
        return Response({"retried": many})

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """End it: who is inside leaves for good."""
        with conflicting(services.JourneyStateError):
            services.archive(self.get_object().pk, clock.now(), by=person(request))
        return self._now()

    @extend_schema(request=None, responses=JourneySerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Bring it back from the archive, as a draft."""
        with conflicting(services.JourneyStateError):
            services.restore(self.get_object().pk, by=person(request))
        return self._now()

    @extend_schema(parameters=[VERSION], responses=StepCountsSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def counts(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many stand at each step, passed it by which branch, and its messages by fate."""
        versions = self._versions(request)
        with patience():
            counts = step_counts(list(versions.values_list("pk", flat=True)))
        return Response(shown_counts(counts))

    @extend_schema(parameters=[VERSION], responses=GoalCountsSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def goals(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many reached each goal, what it is worth, and against those who are held out."""
        versions = self._versions(request)
        with patience():
            counts = goal_counts(self.get_object().pk, list(versions.values_list("pk", flat=True)))
        return Response(GoalCountsSerializer(counts, many=True).data)

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False, pagination_class=None)
    def triggers(self, request: Request) -> Response:  # noqa: ARG002
        """The JSON Schema of each kind of trigger's settings."""
        return Response(entry.schemas())

    @extend_schema(responses=OpenApiTypes.OBJECT, filters=False)
    @action(detail=False, pagination_class=None)
    def steps(self, request: Request) -> Response:  # noqa: ARG002
        """The JSON Schema of each kind of step's settings."""
        return Response(schemas())

    def _versions(self, request: Request) -> QuerySet[JourneyVersion]:
        versions = JourneyVersion.objects.filter(journey=self.get_object())
        if number := request.query_params.get("version"):
            versions = versions.filter(number=_whole(number))
        return versions


def _looked_over(draft: object) -> Response:
    found = checks.look_over(draft, clock.now())
    warnings = [warning.as_json() for warning in found.warnings]
    return Response({"errors": found.errors, "warnings": warnings})


def _whole(number: str) -> int:
    """A version's number of the query."""
    if number.isascii() and number.isdigit() and len(number) < LONGEST_NUMBER:
        return int(number)
    raise InvalidError([{"path": "version", "message": _("Write the number of a version.")}])
