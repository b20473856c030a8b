"""Segments and their members, and whom a rule would find before it is kept."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import JSONObject, LastingSlug
from config.api.parsers import CsvParser, StrictJSONParser
from config.api.problems import ConflictError, UnavailableError, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing
from config.models import Scope
from customers.api.members import OPERATION, ChangeSerializer, ReportSerializer, change
from customers.api.segment_figures import SegmentFigures
from customers.api.serializers import CustomerSerializer, MemberSerializer
from customers.asking import parse_tried, refuse_personal
from customers.checks import check_rule
from customers.definitions import segment_name
from customers.difference import difference
from customers.models import Membership, Segment
from customers.preview import PreviewTooSlowError, preview
from customers.rules import RuleError, parse
from customers.segments import (
    archive_segment,
    check_has_rule,
    delete_segment,
    restore_segment,
    save_segment,
    uses_of_segment,
)


class SegmentSerializer(LastingSlug, ModelSerializer[Segment]):
    """Customers for whom a rule holds, or a list. `rebuilt_at` is null while a rule is being asked of all.

    `stalled_at`: when that was given up, for the rule takes too long; change the rule.
    """

    kind = serializers.ChoiceField(choices=Segment.Kind.choices, default=Segment.Kind.DYNAMIC)
    rule = JSONObject()

    class Meta:
        model = Segment
        fields = [
            "slug",
            "kind",
            "name",
            "description",
            "rule",
            "created_at",
            "changed_at",
            "rebuilt_at",
            "stalled_at",
            "archived_at",
        ]
        read_only_fields = ["created_at", "changed_at", "rebuilt_at", "stalled_at", "archived_at"]

    def to_internal_value(self, data: Any) -> Any:
        """As ever; a list needs no rule."""
        is_list = isinstance(data, Mapping) and data.get("kind") == Segment.Kind.LIST
        self.fields["rule"].required = not is_list
        return super().to_internal_value(data)

    def validate_kind(self, kind: str) -> str:
        """The kind, where it is new or the same as before."""
        if self.instance is not None and kind != self.instance.kind:
            raise serializers.ValidationError(_("What is there stays of its kind: make another."))
        return kind


class RuleSerializer(Serializer[Any]):
    """A rule to try; `is_exact` where no estimate will do, however long it takes."""

    rule = JSONObject()
    is_exact = serializers.BooleanField(default=False)


class PreviewSerializer(Serializer[Any]):
    """Whom a rule finds at present: how many, and some of them.

    Where it takes long to count them `count` is an estimate: 19 times in 20 they are from `low` to `high`.
    """

    count = serializers.IntegerField()
    is_estimate = serializers.BooleanField()
    low = serializers.IntegerField(allow_null=True)
    high = serializers.IntegerField(allow_null=True)
    sample = CustomerSerializer(many=True)


class DifferenceSerializer(Serializer[Any]):
    """Whom another rule would bring in and put out."""

    entering = PreviewSerializer()
    leaving = PreviewSerializer()


class UseSerializer(Serializer[Any]):
    """What uses a segment, as a person would call it."""

    name = serializers.CharField()


class SegmentFilter(filters.FilterSet):
    """Segments in use, or with `archived=true` the others."""

    kind = filters.ChoiceFilter("kind", choices=Segment.Kind.choices)
    archived = filters.BooleanFilter("archived_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Segment
        fields: list[str] = []


class SegmentViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    SegmentFigures,
):
    """Segments; `docs/rules.md` says how a rule is written."""

    queryset = Segment.objects.all()
    serializer_class = SegmentSerializer
    filterset_class = SegmentFilter
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    writes = Scope.DESIGN
    scopes = {"preview": Scope.READ, "preview_rule": Scope.READ, "difference": Scope.READ}
    rights = {"export": "customers.export_segment"}
    pages = {"list", "members"}

    def get_parsers(self) -> list[Any]:
        """Members may come as a file too."""
        takes_files = self.action_map.get("post") == "change_members"
        return [StrictJSONParser(), CsvParser()] if takes_files else super().get_parsers()

    def known_parameters(self) -> set[str]:
        """With a file the operation stands in the address."""
        has_file = self.action == "change_members" and CsvParser.is_sent(self.request)
        return super().known_parameters() | ({"operation"} if has_file else set())

    @property
    def keyset(self) -> str:  # type: ignore[override]
        """Members are paged by customer: their index begins with it."""
        return "customer_id" if self.action == "members" else "pk"

    def perform_create(self, serializer: serializers.BaseSerializer[Segment]) -> None:
        """Keep a new one; its members are found right afterwards."""
        self._keep(serializer, Segment())

    def perform_update(self, serializer: serializers.BaseSerializer[Segment]) -> None:
        """Keep the change; where the rule is another, the members are found anew."""
        self._keep(serializer, self.get_object())

    @extend_schema(request=RuleSerializer, responses=DifferenceSerializer)
    @action(detail=True, methods=["post"])
    def difference(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Who would enter and leave if its rule were this one; nothing is kept."""
        given = RuleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        segment = self.get_object()
        with _in_time(), told_at("rule", RuleError):
            rule = check_rule(segment_name(segment.slug), given.validated_data["rule"], clock.now())
            refuse_personal(given.validated_data["rule"])
            return Response(DifferenceSerializer(difference(segment, rule, clock.now())).data)

    def filter_queryset(self, queryset: Any) -> Any:
        """Lists leave out what is archived, unless asked for it."""
        found = super().filter_queryset(queryset)
        says_nothing = self.action == "list" and "archived" not in self.request.query_params
        return found.filter(archived_at=None) if says_nothing else found

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """Delete it; 409 where something still needs it."""
        with _still_needed():
            delete_segment(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def archive(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Take it out of use; 409 where something still needs it."""
        with _still_needed():
            return self._shown(archive_segment(self.get_object(), clock.now()))

    @extend_schema(request=None, responses=SegmentSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Bring it back from the archive; its members are found anew right afterwards."""
        with _still_needed():
            return self._shown(restore_segment(self.get_object(), clock.now()))

    @extend_schema(responses=UseSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def uses(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """What uses it: stages, segments, journeys, broadcasts that are still to start."""
        return Response([{"name": use} for use in uses_of_segment(self.get_object().slug)])

    @extend_schema(responses=MemberSerializer(many=True), filters=False)
    @action(detail=True)
    def members(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Who is in it now."""
        stays = Membership.objects.filter(segment=self.get_object(), left_at=None)
        shown = stays.select_related("customer__stage").prefetch_related("customer__identities")
        return self.page(shown, MemberSerializer)

    @extend_schema(
        operation_id="segments_change_members",
        request={"application/json": ChangeSerializer, "text/csv": OpenApiTypes.STR},
        parameters=[OPERATION],
        responses=ReportSerializer,
    )
    @members.mapping.post
    def change_members(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Put customers on a list, take them off, replace them, clear it; what became of each is told."""
        return change(self.get_object(), request, clock.now())

    @extend_schema(operation_id="segments_preview", request=None, responses=PreviewSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Whom its rule finds at present."""
        segment = self.get_object()
        with told_at("rule", RuleError):
            check_has_rule(segment)
        return _previewed(segment.rule)

    @extend_schema(operation_id="segments_preview_rule", request=RuleSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"], url_path="preview", url_name="preview-rule")
    def preview_rule(self, request: Request) -> Response:
        """Whom a rule would find; nothing is kept."""
        given = RuleSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with told_at("rule", RuleError):
            parse_tried(given.validated_data["rule"])
        return _previewed(given.validated_data["rule"], is_exact=given.validated_data["is_exact"])

    def _shown(self, segment: Segment) -> Response:
        return Response(self.get_serializer(segment).data)

    def _keep(self, serializer: serializers.BaseSerializer[Segment], segment: Segment) -> None:
        for field, value in serializer.validated_data.items():
            setattr(segment, field, value)
        with told_at("rule", RuleError):
            serializer.instance = save_segment(segment, clock.now())


@contextmanager
def _still_needed() -> Iterator[None]:
    """A refusal to let go of a segment, or to bring it back, is a matter of how things stand."""
    try:
        yield
    except RuleError as error:
        raise ConflictError("; ".join(problem["message"] for problem in error.errors)) from error


def _previewed(tree: Any, *, is_exact: bool = False) -> Response:
    with _in_time(), told_at("rule", RuleError):
        return Response(PreviewSerializer(preview(parse(tree), clock.now(), is_exact=is_exact)).data)


@contextmanager
def _in_time() -> Iterator[None]:
    """A rule that takes too long over everybody is told as such."""
    try:
        yield
    except PreviewTooSlowError as error:
        raise UnavailableError(str(error)) from error
