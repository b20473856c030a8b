"""Letting customers into a journey by the API, and what became of all who came to its entrance."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import JSONObject
from config.api.problems import InvalidError, conflicting, told_at
from config.api.serializers import Serializer
from config.api.views import Resource, patience
from journeys.calls import Called, CallReport, NotCallableError, call_in
from journeys.faults import GraphError
from journeys.models import Journey
from journeys.tallies import ENTERED, tallies_by_day

MOST = 10_000  # customers of one call
LONGEST = 600
KEPT = timedelta(days=90)  # that are told


class EnteringSerializer(Serializer[Any]):
    """A customer, by `kind:value` or by the id, with the data and the key of their run."""

    customer = serializers.CharField(max_length=LONGEST)
    data = JSONObject(required=False, default=dict)  # type: ignore[assignment]  # a field by that name
    key = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)


class TogetherSerializer(Serializer[Any]):
    """Customers who enter with the same data."""

    customers = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST), min_length=1, max_length=MOST
    )
    data = JSONObject(required=False, default=dict)  # type: ignore[assignment]


class TurnedAwaySerializer(Serializer[Any]):
    """One who did not enter: the place in the list, from 0, and why."""

    place = serializers.IntegerField()
    reason = serializers.CharField()
    message = serializers.CharField()


class CallReportSerializer(Serializer[Any]):
    """How many entered; how many did not, by reason; and each of those by place."""

    entered = serializers.IntegerField()
    refused = serializers.DictField(child=serializers.IntegerField())
    rows = TurnedAwaySerializer(many=True)


class EntriesSerializer(Serializer[Any]):
    """A day of the brand's calendar: how many entered, and how many were turned away for which reason."""

    day = serializers.DateField()
    entered = serializers.IntegerField()
    turned_away = serializers.DictField(child=serializers.IntegerField())


class EnteringRoutes(Resource[Journey]):
    """What a journey's route knows of those who enter."""

    @extend_schema(
        request=PolymorphicProxySerializer(
            "Triggered",
            [TogetherSerializer, EnteringSerializer(many=True)],
            resource_type_field_name=None,
            many=False,
        ),
        responses=CallReportSerializer,
    )
    @action(detail=True, methods=["post"])
    def trigger(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """Let customers in, under an Idempotency-Key once; 409 where it takes nobody by the API."""
        with conflicting(NotCallableError), told_at("", GraphError):
            report = call_in(self.get_object(), _called(request.data), clock.now())
        return Response(_shown(report))

    @extend_schema(responses=EntriesSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def entries(self, request: Request, slug: str) -> Response:  # noqa: ARG002
        """How many came in on each day, and how many were turned away for which reason."""
        with patience():
            days = tallies_by_day(self.get_object().pk, clock.now() - KEPT)
        return Response(shown_entries(days))


def _called(data: Any) -> list[Called]:
    if isinstance(data, list):
        if len(data) > MOST:
            raise InvalidError([{"path": "", "message": _("At most %(most)d at once.") % {"most": MOST}}])
        each = EnteringSerializer(data=data, many=True, allow_empty=False)
        each.is_valid(raise_exception=True)
        return [Called(one["customer"], one["data"], one["key"]) for one in each.validated_data]
    together = TogetherSerializer(data=data)
    together.is_valid(raise_exception=True)
    given = together.validated_data
    return [Called(name, given["data"]) for name in given["customers"]]


def _shown(report: CallReport) -> dict[str, Any]:
    return {
        "entered": report.entered,
        "refused": {str(reason): many for reason, many in sorted(report.reasons.items())},
        "rows": [
            {
                "place": place,
                "reason": str(reason),
                "message": report.words.get(place) or str(reason.label),
            }
            for place, reason in report.refused.items()
        ],
    }


def shown_entries(days: Mapping[date, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The counts of days."""
    return [
        {
            "day": day,
            "entered": counts.get(ENTERED, 0),
            "turned_away": {verdict: many for verdict, many in counts.items() if verdict != ENTERED},
        }
        for day, counts in days.items()
    ]
