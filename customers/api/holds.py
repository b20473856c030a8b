"""Stages by hand: who put a customer where, why and until when; and the way back to the rules."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.problems import told_at
from config.api.serializers import ModelSerializer
from config.models import Scope
from customers.api.nested import OfCustomer
from customers.holds import HoldError, hold_stage, release_stage
from customers.models import Stage, StageHold


class StageHoldSerializer(ModelSerializer[StageHold]):
    """A stage by hand: for good, until a moment, or (`yields`) until the rules name another stage."""

    stage = serializers.SlugRelatedField(slug_field="slug", queryset=Stage.objects.all())
    reason = serializers.CharField(max_length=1000)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    yields = serializers.BooleanField(required=False, default=False)

    class Meta:
        model = StageHold
        fields = ["stage", "reason", "until", "yields", "held_by", "held_at", "ended_at", "ended_by"]
        read_only_fields = ["held_by", "held_at", "ended_at", "ended_by"]


class StageHoldViewSet(OfCustomer[StageHold]):
    """One customer's stages by hand, the newest first; the one without `ended_at` lasts."""

    queryset = StageHold.objects.select_related("stage")
    serializer_class = StageHoldSerializer
    writes = Scope.CUSTOMERS
    keeps_answers = False

    @extend_schema(request=StageHoldSerializer, responses={201: StageHoldSerializer})
    def create(self, request: Request, **_path: Any) -> Response:
        """Put the customer into a stage; it counts before every rule while it lasts."""
        given = StageHoldSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        word = given.validated_data
        ends = {"until": word["until"], "yields": word["yields"]}
        with told_at("", HoldError):
            hold = hold_stage(
                self.customer().pk, word["stage"], word["reason"], asker(request), clock.now(), **ends
            )
        return Response(StageHoldSerializer(hold).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def release(self, request: Request, **_path: Any) -> Response:
        """Let the rules decide again, at once; 404 where nothing is held."""
        if not release_stage(self.customer().pk, asker(request), clock.now()):
            raise Http404
        return Response(status=status.HTTP_204_NO_CONTENT)
