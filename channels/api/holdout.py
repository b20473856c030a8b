"""The global holdout: how large it is, and how large it was."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from channels.holdout import holdout_at, set_holdout
from channels.models import Holdout
from config import clock
from config.api.authentication import person
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource
from config.models import Scope


class HoldoutSerializer(ModelSerializer[Holdout]):
    """So many of a hundred customers get no marketing, from a moment until another; 0: nobody is held out."""

    percent = serializers.DecimalField(max_digits=5, decimal_places=2, min_value=0, max_value=100)
    since = serializers.DateTimeField(read_only=True, allow_null=True)
    set_by = serializers.CharField(source="set_by.username", allow_null=True, read_only=True)

    class Meta:
        model = Holdout
        fields = ["percent", "since", "until", "set_by"]
        read_only_fields = ["until"]


class HoldoutViewSet(Listing, Resource[Holdout]):
    """What is in force, and its history, the newest first; a row for each time that it was set."""

    serializer_class = HoldoutSerializer
    writes = Scope.DESIGN

    def get_queryset(self) -> QuerySet[Holdout]:
        """All of them."""
        return Holdout.objects.select_related("set_by")

    @extend_schema(responses=HoldoutSerializer)
    def retrieve(self, request: Request) -> Response:  # noqa: ARG002 - DRF hands the request over
        """The holdout that is in force."""
        return _in_force()

    @extend_schema(request=HoldoutSerializer, responses=HoldoutSerializer)
    def partial_update(self, request: Request) -> Response:
        """Hold out so many per cent from now on; a larger share keeps those who are in it, 0 ends it."""
        given = HoldoutSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        set_holdout(given.validated_data["percent"], clock.now(), by=person(request))
        return _in_force()


def _in_force() -> Response:
    shown: Any = holdout_at(clock.now()) or Holdout(percent=Decimal(0))
    return Response(HoldoutSerializer(shown).data)
