"""What can be asked about a segment: its size over time, its overlap with another, its members as a file."""

from typing import Any

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.problems import InvalidError
from config.api.renderers import CsvRenderer
from config.api.serializers import Serializer
from config.api.views import Resource, patience
from config.masking import is_hidden
from customers.export import COLUMNS, exported_members
from customers.growth import daily_sizes
from customers.models import Segment
from customers.overlap import overlap

USUAL_DAYS, MOST_DAYS = 30, 366
MOST_TRAITS, LONGEST_TRAIT = 100, 200
DAYS = OpenApiParameter("days", int, description="How many days, today included: 30, at most 366.")
WITH = OpenApiParameter("with", str, required=True, description="The key of the other segment.")
TRAITS = OpenApiParameter("traits", str, description="Traits to tell too, as paths between commas.")


class DaySerializer(Serializer[Any]):
    """A day in the brand's own time zone: the size at its end, and how many entered and left in it."""

    date = serializers.DateField(source="day")
    size = serializers.IntegerField()
    entered = serializers.IntegerField()
    left = serializers.IntegerField()


class OverlapSerializer(Serializer[Any]):
    """How many are in this segment only, in both, in the other only, and in either."""

    one = serializers.IntegerField()
    both = serializers.IntegerField()
    other = serializers.IntegerField()
    all = serializers.IntegerField()


class SegmentFigures(Resource[Segment]):
    """The routes below a segment that tell something of it."""

    @extend_schema(parameters=[DAYS], responses=DaySerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def sizes(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """Its size day by day."""
        days = _days(request.query_params.get("days", str(USUAL_DAYS)))
        with patience():
            return Response(DaySerializer(daily_sizes(self.get_object(), days, clock.now()), many=True).data)

    @extend_schema(parameters=[WITH], responses=OverlapSerializer, filters=False)
    @action(detail=True, pagination_class=None)
    def overlap(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How far it shares its members with another."""
        asked = request.query_params.get("with", "")
        other = Segment.objects.filter(slug=asked).first()
        if other is None:
            message = _("There is no segment %(slug)s.") % {"slug": asked}
            raise InvalidError([{"path": "with", "message": message}])
        with patience():
            return Response(OverlapSerializer(overlap(self.get_object(), other)).data)

    @extend_schema(
        parameters=[TRAITS],
        responses={(200, "text/csv"): OpenApiTypes.STR},
        filters=False,
        description=f"Its present members as CSV: {', '.join(COLUMNS)}, and the traits that are asked for.",
    )
    @action(detail=True, pagination_class=None, renderer_classes=[CsvRenderer, JSONRenderer])
    def export(self, request: Request, slug: str) -> StreamingHttpResponse:
        """Its present members as CSV."""
        traits = _traits(request.query_params.get("traits", ""))
        lines = exported_members(self.get_object(), traits, is_masked=is_hidden())
        named = {"Content-Disposition": f'attachment; filename="{slug}.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=named)

    def known_parameters(self) -> set[str]:
        """Each of these routes has one of its own."""
        own = {"sizes": {"days"}, "overlap": {"with"}, "export": {"traits"}}
        return super().known_parameters() | own.get(self.action, set())


def _days(asked: str) -> int:
    if asked.isascii() and asked.isdigit() and len(asked) < 4 and 0 < int(asked) <= MOST_DAYS:  # noqa: PLR2004
        return int(asked)
    message = _("Write a number of days from 1 to %(most)d.") % {"most": MOST_DAYS}
    raise InvalidError([{"path": "days", "message": message}])


def _traits(asked: str) -> list[str]:
    names = [name.strip() for name in asked.split(",") if name.strip()]
    if len(names) > MOST_TRAITS or any(len(name) > LONGEST_TRAIT for name in names):
        message = _("At most %(most)d traits, each of at most %(length)d characters.")
        told = message % {"most": MOST_TRAITS, "length": LONGEST_TRAIT}
        raise InvalidError([{"path": "traits", "message": told}])
    return names
