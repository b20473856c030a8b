"""Rehearsing a journey over the API: one customer's walk through it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import JSONObject
from config.api.problems import InvalidError, UnavailableError, conflicting, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Resource
from journeys import kept
from journeys.faults import GraphError
from journeys.files import read, written
from journeys.filing import file_of, import_journey
from journeys.models import Journey, KeptTest
from journeys.rehearsal.shown import shown_path
from journeys.rehearsal.terms import TermsError, parse_terms
from journeys.rehearsal.walk import WalkError, walk
from journeys.states import JourneyStateError


class TermsSerializer(Serializer[Any]):
    """Who walks, what happens, how far; docs/journeys.md tells each. Without `draft`: the journey's own."""

    person = JSONObject(required=False)
    starts_at = serializers.DateTimeField(required=False)
    inputs = serializers.ListField(child=JSONObject(), max_length=100, required=False)
    until = serializers.CharField(max_length=40, required=False, allow_null=True)
    draft = JSONObject(required=False)


class KeptTestSerializer(ModelSerializer[KeptTest]):
    """A test that is kept with a journey, by its name."""

    terms = JSONObject()
    expects = JSONObject()

    class Meta:
        model = KeptTest
        fields = ["name", "terms", "expects", "changed_at"]
        read_only_fields = ["changed_at"]


class OutcomeSerializer(Serializer[Any]):
    """How a test went: what differs, each in a sentence."""

    name = serializers.CharField()
    has_passed = serializers.BooleanField()
    differences = serializers.ListField(child=serializers.CharField())


class FileSerializer(Serializer[Any]):
    """A journey as the text of a file."""

    text = serializers.CharField(max_length=2_000_000, trim_whitespace=False)
    notation = serializers.ChoiceField(["yaml", "json"], default="yaml")


class ImportedSerializer(Serializer[Any]):
    """What a file has done: created, changed or unchanged; contents that it needs and that are not there."""

    journey = serializers.CharField()
    outcome = serializers.ChoiceField(["created", "changed", "unchanged"])
    missing = serializers.ListField(child=serializers.CharField())


NOTATION = OpenApiParameter("notation", str, enum=["yaml", "json"], description="YAML by default.")
NAME = OpenApiParameter("name", str, description="The test to delete.")


@contextmanager
def _walking() -> Iterator[None]:
    try:
        yield
    except WalkError as error:
        raise UnavailableError(_("The walk could not be made: %(why)s") % {"why": error}) from error


MORE = {"delete_test": {"name"}, "export": {"notation"}}


class Rehearsing(Resource[Journey]):
    """The actions of journeys that try one, and the tests that are kept of it."""

    @extend_schema(request=TermsSerializer, responses=OpenApiTypes.OBJECT)
    @action(detail=True, methods=["post"])
    def walk(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """One customer's way through the draft, step by step, messages rendered; nothing is sent or kept."""
        given = TermsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = dict(given.validated_data)
        graph = said.pop("draft", None)
        journey: Journey = self.get_object()
        with _walking(), told_at("draft", GraphError), told_at("", TermsError):
            path = walk(journey, parse_terms({"starts_at": clock.now()} | said), graph)
        return Response(shown_path(path))

    def known_parameters(self) -> set[str]:
        """Tests are named by their name."""
        return super().known_parameters() | MORE.get(self.action, set())

    @extend_schema(responses=KeptTestSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def tests(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The tests that are kept with the journey."""
        rows = KeptTest.objects.filter(journey=self.get_object())
        return Response(KeptTestSerializer(rows, many=True).data)

    @extend_schema(request=KeptTestSerializer, responses=KeptTestSerializer)
    @tests.mapping.post
    def keep_test(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Keep a test, in place of the one of that name; publishing runs it."""
        given = KeptTestSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        with told_at("", TermsError):
            test = kept.save_test(self.get_object(), **given.validated_data)
        return Response(KeptTestSerializer(test).data)

    @extend_schema(parameters=[NAME], responses={204: None})
    @tests.mapping.delete
    def delete_test(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Delete the test `name`."""
        name = request.query_params.get("name", "")
        if not KeptTest.objects.filter(journey=self.get_object(), name=name).delete()[0]:
            raise InvalidError([{"path": "name", "message": _("The journey keeps no test of this name.")}])
        return Response(status=204)

    @extend_schema(request=None, responses=OutcomeSerializer(many=True))
    @action(detail=True, methods=["post"], url_path="tests/run")
    def run_tests(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Run the kept tests on the draft."""
        journey = self.get_object()
        with told_at("draft", GraphError), _walking():
            outcomes = kept.run_tests(journey, KeptTest.objects.filter(journey=journey))
        return Response(OutcomeSerializer(outcomes, many=True).data)

    @extend_schema(parameters=[NOTATION], responses=FileSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def export(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """The journey as a file to review and keep: its name, stages, draft and kept tests."""
        form = request.query_params.get("notation", "yaml")
        if form not in {"yaml", "json"}:
            raise InvalidError([{"path": "notation", "message": _("It is “yaml” or “json”.")}])
        text = written(file_of(self.get_object()), "json" if form == "json" else "yaml")
        return Response({"text": text, "notation": form})

    @extend_schema(request=FileSerializer, responses=ImportedSerializer)
    @action(detail=False, methods=["post"], url_path="import")
    def import_file(self, request: Request) -> Response:
        """Make a draft of a file, or change the draft of its journey; nothing is published."""
        given = FileSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        person = request.user if request.user.is_authenticated else None
        with told_at("file", GraphError), conflicting(JourneyStateError):
            file = read(given.validated_data["text"], given.validated_data["notation"])
            imported = import_journey(file, clock.now(), by=person)
        told = {"journey": imported.journey.slug, "outcome": imported.outcome, "missing": imported.missing}
        return Response(told)
