"""Reports on the stages: the flow of a period, barriers, cohorts."""

from datetime import timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import clock
from config.api.serializers import Serializer
from config.api.views import patience
from config.models import Scope
from insights.barriers import barriers
from insights.cohorts import cohorts
from insights.flow import flow_report

FIRST_YEAR, LAST_YEAR = 2000, 2100
LONGEST = timedelta(days=3660)


class PeriodSerializer(Serializer[Any]):
    """From a moment on, before another one; without an end until now, without a beginning 30 days."""

    start = serializers.DateTimeField(required=False)
    end = serializers.DateTimeField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A period that there is."""
        end = attrs.get("end", clock.now())
        if not FIRST_YEAR <= end.year < LAST_YEAR:
            raise serializers.ValidationError({"end": _("Between the years 2000 and 2099.")})
        start = attrs.get("start", end - timedelta(days=30))
        if not timedelta(0) < end - start <= LONGEST:
            raise serializers.ValidationError({"start": _("It lies before the end, ten years at most.")})
        return {"start": start, "end": end}


class TransitionSerializer(Serializer[Any]):
    """Moves from one stage (null: none yet) to another; of so many `stays` in the first one; their median."""

    from_stage = serializers.CharField(source="start.slug", allow_null=True, default=None)
    to_stage = serializers.CharField(source="end.slug")
    moves = serializers.IntegerField()
    stays = serializers.IntegerField()
    median = serializers.DurationField(allow_null=True)


class StaySerializer(Serializer[Any]):
    """Who came to a stage, left it and stands there at the end; quartiles of the stays that ended."""

    stage = serializers.CharField(source="stage.slug")
    came = serializers.IntegerField()
    left = serializers.IntegerField()
    standing = serializers.IntegerField()
    lower = serializers.DurationField(allow_null=True)
    median = serializers.DurationField(allow_null=True)
    upper = serializers.DurationField(allow_null=True)


class FlowSerializer(Serializer[Any]):
    """The flow of a period."""

    transitions = TransitionSerializer(many=True)
    stays = StaySerializer(many=True)


class WindowSerializer(Serializer[Any]):
    """The last so many days, which are compared with the year before them."""

    days = serializers.IntegerField(min_value=7, max_value=366, required=False, default=90)


class OnwardSerializer(Serializer[Any]):
    """The way to a later stage: how many took it in the time, and how many should have."""

    end = serializers.CharField(source="end.slug")
    went = serializers.IntegerField()
    expected = serializers.FloatField()
    deviation = serializers.FloatField()
    is_barrier = serializers.BooleanField()


class BarrierSerializer(Serializer[Any]):
    """Who stands in a stage for longer than `usual` (the median of earlier stays), and how many should."""

    stage = serializers.CharField(source="stage.slug")
    standing = serializers.IntegerField()
    usual = serializers.DurationField(allow_null=True)
    earlier = serializers.IntegerField()
    beyond = serializers.IntegerField()
    expected = serializers.FloatField()
    deviation = serializers.FloatField()
    is_barrier = serializers.BooleanField()
    onward = OnwardSerializer(many=True)


class CohortQuerySerializer(Serializer[Any]):
    """How many months back, and within how many days of the first contact (without: until now)."""

    months = serializers.IntegerField(min_value=1, max_value=36, required=False, default=12)
    within_days = serializers.IntegerField(min_value=1, max_value=3660, required=False)


class CohortSerializer(Serializer[Any]):
    """The customers first met in a month; `reached` has a number for each of the seven stages, in order."""

    month = serializers.DateField()
    customers = serializers.IntegerField()
    reached = serializers.ListField(child=serializers.IntegerField())
    is_whole = serializers.BooleanField()


class ReportView(APIView):
    """A report: read only, its parameters are checked as a body is."""

    http_method_names = ["get", "head"]
    writes: ClassVar[Scope] = Scope.FULL
    scopes: ClassVar[dict[str, Scope]] = {}
    rights: ClassVar[dict[str, str]] = {}
    query: type[Serializer[Any]]

    def known_parameters(self) -> set[str]:
        """The query parameters that the route knows."""
        return set(self.query().fields)

    def asked(self, request: Request) -> dict[str, Any]:
        """The parameters as values; a 400 names what is wrong."""
        given = self.query(data=request.query_params.dict())
        given.is_valid(raise_exception=True)
        return dict(given.validated_data)


class FlowView(ReportView):
    """The flow between the stages over any period."""

    query = PeriodSerializer

    @extend_schema(
        operation_id="stage_flow_retrieve", parameters=[PeriodSerializer], responses=FlowSerializer
    )
    def get(self, request: Request) -> Response:
        """Moves with their share and median, times in each stage."""
        period = self.asked(request)
        with patience():
            report = flow_report(period["start"], period["end"], clock.now())
        return Response(FlowSerializer(report).data)


class BarriersView(ReportView):
    """Stages where more customers than expected have stood for longer than usual."""

    query = WindowSerializer

    @extend_schema(
        operation_id="stage_barriers_list",
        parameters=[WindowSerializer],
        responses=BarrierSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Each of the seven; docs/stages.md says how it is reckoned."""
        window = self.asked(request)
        with patience():
            found = barriers(clock.now(), window["days"])
        return Response(BarrierSerializer(found, many=True).data)


class CohortsView(ReportView):
    """Cohorts by the month of the first contact."""

    query = CohortQuerySerializer

    @extend_schema(
        operation_id="stage_cohorts_list",
        parameters=[CohortQuerySerializer],
        responses=CohortSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        """Of each month's customers how many reached each stage."""
        asked = self.asked(request)
        within = timedelta(days=asked["within_days"]) if "within_days" in asked else None
        with patience():
            found = cohorts(clock.now(), asked["months"], within)
        return Response(CohortSerializer(found, many=True).data)
