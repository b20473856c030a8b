"""Imports: a file is sent, its columns are said, it is tried, and then imported."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import SealedId
from config.api.parsers import CsvParser, StrictJSONParser
from config.api.problems import conflicting, told_at
from config.api.renderers import CsvRenderer
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource
from config.csv import CsvError
from config.models import Scope
from customers.imports import services
from customers.imports.columns import ColumnsError
from customers.imports.intake import take_in
from customers.models import Import

IMPORT = "import"
KIND = OpenApiParameter("kind", str, required=True, enum=Import.Kind.values, description="What the rows are.")
NAME = OpenApiParameter(
    "name", str, description="How the import is called; its consents have it as their source."
)


class ColumnSerializer(Serializer[Any]):
    """What becomes of one column; docs/imports.md says what it can be. An empty `to`: it is passed over."""

    to = serializers.CharField(max_length=20, allow_blank=True)
    name = serializers.CharField(max_length=100, allow_blank=True, default="")
    type = serializers.CharField(max_length=20, default="text")


class ImportSerializer(ModelSerializer[Import]):
    """One file, and how far it is. `expected` is what its trial has found."""

    id = SealedId(IMPORT)
    columns = ColumnSerializer(many=True)

    class Meta:
        model = Import
        fields = [
            *("id", "name", "kind", "state", "header", "columns", "event", "wording", "is_quiet", "rows"),
            *("created", "changed", "unchanged", "rejected", "expected"),
            *("created_at", "started_at", "finished_at"),
        ]
        read_only_fields = [
            *("name", "kind", "state", "header", "rows", "created", "changed", "unchanged", "rejected"),
            *("expected", "created_at", "started_at", "finished_at"),
        ]


class AskedSerializer(Serializer[Any]):
    """What the address says of a file."""

    kind = serializers.ChoiceField(choices=Import.Kind.choices)
    name = serializers.CharField(max_length=100, default="API")


class ImportViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Import]):
    """Files of customers, consents and events."""

    queryset = Import.objects.all()
    serializer_class = ImportSerializer
    sealed_as = IMPORT
    writes = Scope.CUSTOMERS
    scopes = {"rejected": Scope.PERSONAL}
    rights = dict.fromkeys(["list", "retrieve", "rejected"], "customers.view_import") | dict.fromkeys(
        ["create", "partial_update", "check", "start", "stop", "destroy"], "customers.change_import"
    )
    keeps_answers = False

    def get_parsers(self) -> list[Any]:
        """The file comes as CSV."""
        is_list = "post" in self.action_map and self.action_map["post"] == "create"
        return [StrictJSONParser(), CsvParser()] if is_list else super().get_parsers()

    def known_parameters(self) -> set[str]:
        """With a file its kind and name stand in the address."""
        return super().known_parameters() | ({"kind", "name"} if self.action == "create" else set())

    @extend_schema(
        request={"text/csv": OpenApiTypes.STR}, parameters=[KIND, NAME], responses={201: ImportSerializer}
    )
    def create(self, request: Request) -> Response:
        """Take a file in; its columns are guessed, and nothing is imported yet."""
        given = AskedSerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        with CsvParser.file_of(request) as file, told_at("", CsvError):
            made = take_in(
                file,
                given.validated_data["kind"],
                given.validated_data["name"],
                clock.now(),
                request.user.get_username(),
            )
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    @extend_schema(request=ImportSerializer, responses=ImportSerializer)
    def partial_update(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Say what its columns become; what its trial has found is forgotten."""
        one = self.get_object()
        given = self.get_serializer(one, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        kept = {name: getattr(one, name) for name in ("event", "wording", "is_quiet")}
        values = dict(given.validated_data)
        columns = values.pop("columns", one.columns)
        with _as_it_stands():
            return self._shown(services.set_up(one, [dict(column) for column in columns], **kept | values))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def check(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Have it tried: `expected` tells what it would do as soon as its state is `checked`."""
        with _as_it_stands():
            return self._shown(services.begin_check(self.get_object()))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def start(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Have it imported, whether it was tried or not."""
        with _as_it_stands():
            return self._shown(services.begin(self.get_object(), clock.now()))

    @extend_schema(request=None, responses=ImportSerializer)
    @action(detail=True, methods=["post"])
    def stop(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """End it where it is: what is imported stays, the rest of the file is forgotten."""
        with _as_it_stands():
            return self._shown(services.stop(self.get_object(), clock.now()))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Delete it with its report; what was imported stays."""
        with _as_it_stands():
            services.discard(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.STR}, filters=False)
    @action(detail=True, pagination_class=None, renderer_classes=[CsvRenderer, JSONRenderer])
    def rejected(self, request: Request, id: UUID) -> StreamingHttpResponse:  # noqa: A002, ARG002
        """The rejected rows as CSV, each with its line and its reason."""
        return StreamingHttpResponse(
            services.report(self.get_object()), content_type="text/csv; charset=utf-8"
        )

    def _shown(self, one: Import) -> Response:
        return Response(self.get_serializer(one).data)


@contextmanager
def _as_it_stands() -> Iterator[None]:
    """400 where its columns can't be imported, 409 where it is under way or through."""
    with conflicting(services.StateError), told_at("", ColumnsError):
        yield
