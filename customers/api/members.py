"""Changing the members of a list, by JSON or by a file of CSV."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config.api.parsers import CsvParser
from config.api.problems import conflicting, told_at
from config.api.serializers import Serializer
from config.csv import CsvError
from customers.lists import ListError, Named, Operation, Report, change_members
from customers.member_files import named_in
from customers.models import Segment

LONGEST = 600
OPERATION = OpenApiParameter(
    "operation",
    str,
    enum=Operation.values,
    description="What to do with the customers of a text/csv body; in JSON it stands in the body.",
)


class OperationSerializer(Serializer[Any]):
    """What is done with a list."""

    operation = serializers.ChoiceField(choices=Operation.choices)


class ChangeSerializer(OperationSerializer):
    """What is done with a list, and with which customers: each by `kind:value` or by the id."""

    members = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST, allow_blank=True), required=False, default=list
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """To clear names nobody; all else names somebody, so that a slip does not empty a list."""
        if (attrs["operation"] == Operation.CLEAR) == bool(attrs["members"]):
            raise serializers.ValidationError({"members": [_asked(attrs["operation"])]})
        return attrs


class RowFaultSerializer(Serializer[Any]):
    """A row that did nothing: its line in the file, or its place in the list of JSON, from 1."""

    line = serializers.IntegerField()
    member = serializers.CharField(source="name")
    message = serializers.CharField(source="why")


class ReportSerializer(Serializer[Any]):
    """What became of the rows: `rows` tells the first 1,000 that did nothing for a fault of theirs."""

    added = serializers.IntegerField()
    removed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    unknown = serializers.IntegerField()
    refused = serializers.IntegerField()
    rows = RowFaultSerializer(many=True)


def _asked(operation: str) -> str:
    if operation == Operation.CLEAR:
        return _("To clear a list nobody is named.")
    return _("Name at least one customer.")


def change(segment: Segment, request: Request, now: datetime) -> Response:
    """Do what the request asks with the list; 409 where it is none, 400 where the request is at fault."""
    with conflicting(ListError):
        if CsvParser.is_sent(request):
            report = _by_file(segment, request, now)
        else:
            given = ChangeSerializer(data=request.data)
            given.is_valid(raise_exception=True)
            rows = [Named(place, name) for place, name in enumerate(given.validated_data["members"], start=1)]
            report = change_members(segment, Operation(given.validated_data["operation"]), rows, now)
    return Response(ReportSerializer(report).data)


def _by_file(segment: Segment, request: Request, now: datetime) -> Report:
    with CsvParser.file_of(request) as file, told_at("", CsvError):
        given = OperationSerializer(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        return change_members(segment, Operation(given.validated_data["operation"]), named_in(file), now)
