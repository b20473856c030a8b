"""Simulations: asked for of a journey, looked at, cancelled."""

from typing import Any, ClassVar

import msgspec
from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import person
from config.api.fields import SealedId
from config.api.problems import conflicting, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, Resource, SealedResource
from config.models import Scope
from journeys.faults import GraphError
from journeys.models import Journey, Simulation
from journeys.simulate.outcome import Outcome
from journeys.simulate.services import (
    MOST_CUSTOMERS,
    TooManySimulationsError,
    ask_simulation,
    cancel_simulation,
)
from journeys.simulate.stops import MOST_DAYS
from journeys.states import JourneyStateError

SEALED_AS = "simulation"
USUAL_DAYS, USUAL_CUSTOMERS = 30, 10_000


class AskSerializer(Serializer[Any]):
    """How long to look back, and on how many customers; the same seed draws the same ones."""

    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=USUAL_DAYS)
    customers = serializers.IntegerField(min_value=1, max_value=MOST_CUSTOMERS, default=USUAL_CUSTOMERS)
    seed = serializers.IntegerField(min_value=0, max_value=2**62, default=0)


class SimulationSerializer(ModelSerializer[Simulation]):
    """A simulation, how far it is, and at its end what it tells; docs/journeys.md explains each figure."""

    id = SealedId(SEALED_AS)
    journey = serializers.CharField(source="journey.slug", read_only=True)
    result = serializers.SerializerMethodField()

    class Meta:
        model = Simulation
        fields = [
            "id",
            "journey",
            "state",
            "progress",
            "days",
            "customers",
            "seed",
            "until",
            "asked_at",
            "started_at",
            "ended_at",
            "error",
            "result",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.DictField(allow_null=True))
    def get_result(self, simulation: Simulation) -> dict[str, Any] | None:
        """What it came to; nothing before its end."""
        if simulation.result is None:
            return None
        told = msgspec.convert(simulation.result, Outcome)
        return {
            "window": {"from": told.start, "until": told.until},
            "customers": {"simulated": told.customers, "of": told.everybody},
            "entered": {
                "customers": told.people,
                "times": told.entered,
                "finished": told.finished,
                "inside": told.inside,
            },
            "steps": [{"step": step} | msgspec.to_builtins(one) for step, one in sorted(told.steps.items())],
            "exits": [{"reason": reason, "times": many} for reason, many in told.exits],
            "fates": [
                {"state": state, "reason": reason, "messages": many} for state, reason, many in told.reasons
            ],
            "days": [{"day": day, "channel": channel, "messages": many} for day, channel, many in told.days],
            "all_messages": [
                {"day": day, "without": before, "with": after} for day, before, after in told.every_day
            ],
            "pressure": {
                "without": msgspec.to_builtins(told.without),
                "with": msgspec.to_builtins(told.pressure),
            },
            "journeys": [
                {
                    "journey": one.slug,
                    "without": msgspec.to_builtins(one.before),
                    "with": msgspec.to_builtins(one.after),
                    "lost": one.lost,
                    "delayed": one.delayed,
                }
                for one in told.beside
            ],
            "seconds": told.seconds,
        }


class Simulating(Resource[Journey]):
    """The route of a journey that asks for a simulation."""

    @extend_schema(request=AskSerializer, responses={202: SimulationSerializer})
    @action(detail=True, methods=["post"])
    def simulate(self, request: Request, slug: str) -> Response:  # noqa: ARG002 - the word of the path
        """Try the draft on what has really happened; the answer names the simulation to look at."""
        given = AskSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        journey, now, by = self.get_object(), clock.now(), person(request)
        with told_at("draft", GraphError), conflicting(JourneyStateError, TooManySimulationsError):
            asked = ask_simulation(journey.pk, now=now, by=by, **given.validated_data)
        return Response(SimulationSerializer(asked).data, status=status.HTTP_202_ACCEPTED)


class SimulationFilter(filters.FilterSet):
    """Simulations by journey and state."""

    journey = filters.CharFilter("journey__slug")
    state = filters.ChoiceFilter("state", choices=Simulation.State.choices)

    class Meta:
        model = Simulation
        fields: ClassVar[list[str]] = []


class SimulationViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Simulation]):
    """Simulations, the newest first; they are asked for of a journey."""

    sealed_as = SEALED_AS
    serializer_class = SimulationSerializer
    filterset_class = SimulationFilter
    writes = Scope.DESIGN

    def get_queryset(self) -> QuerySet[Simulation]:
        """All simulations."""
        return Simulation.objects.select_related("journey")

    @extend_schema(request=None, responses=SimulationSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - the word of the path
        """Stop it within seconds; of one that has ended nothing changes."""
        cancel_simulation(self.get_object().pk, clock.now())
        return Response(self.get_serializer(self.get_object()).data)
