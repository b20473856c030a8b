"""The clock of a rehearsal, read and walked: `POST` does the work that is due at the moments it reaches."""

from datetime import datetime, timedelta
from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from config import clock, work
from config.api.problems import conflicting
from config.api.serializers import Serializer
from config.models import Scope

GREATEST_STEP = timedelta(days=31)
STOPS = 500  # moments between the old and the new one at which the work is done


class ClockSerializer(Serializer[Any]):
    """Where the clock stands and what was done on the way there."""

    now = serializers.DateTimeField(read_only=True)
    is_rehearsed = serializers.BooleanField(read_only=True)
    done = serializers.DictField(child=serializers.IntegerField(), read_only=True, required=False)


class MoveSerializer(Serializer[Any]):
    """Where the clock shall stand: at a moment, or further by a span; in steps, the work done at each."""

    set_to = serializers.DateTimeField(required=False, allow_null=True)
    advance_by = serializers.DurationField(required=False)
    step = serializers.DurationField(required=False, min_value=timedelta(seconds=1), max_value=GREATEST_STEP)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of `set_to` and `advance_by`; never backwards by `advance_by`, never out of the calendar."""
        if ("set_to" in attrs) == ("advance_by" in attrs):
            raise serializers.ValidationError(_("Say either “set_to” or “advance_by”."))
        if "advance_by" in attrs and not timedelta(0) <= attrs["advance_by"] <= timedelta(days=3660):
            raise serializers.ValidationError({"advance_by": _("Between nothing and ten years.")})
        target = attrs.get("set_to")
        if target is not None and not 2000 <= target.year < 2100:  # noqa: PLR2004 - of the calendar
            raise serializers.ValidationError({"set_to": _("Between the years 2000 and 2099.")})
        return attrs


class ClockView(APIView):
    """What time it is for this installation. It can be moved in a rehearsal only."""

    writes: ClassVar[Scope] = Scope.FULL
    scopes: ClassVar[dict[str, Scope]] = {}

    @extend_schema(operation_id="clock_retrieve", responses=ClockSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The present moment."""
        return Response(_told(clock.now()))

    @extend_schema(operation_id="clock_move", request=MoveSerializer, responses=ClockSerializer)
    def post(self, request: Request) -> Response:
        """Move the clock (`set_to: null`: time is the wall's again), do the work, say what it moved."""
        move = MoveSerializer(data=request.data)
        move.is_valid(raise_exception=True)
        driver = f"api {uuid4()}"
        with conflicting(clock.RehearsalOffError, clock.ClockTakenError), clock.driving(driver):
            done = _walk(driver, **move.validated_data)
        return Response(_told(clock.now()) | {"done": done})


def _told(now: datetime) -> dict[str, Any]:
    return {
        "now": now.isoformat(),
        "is_rehearsed": bool(settings.REHEARSAL) and clock.rehearsed() is not None,
    }


def _walk(
    driver: str,
    set_to: datetime | None = None,
    advance_by: timedelta | None = None,
    step: timedelta | None = None,
) -> dict[str, int]:
    """Go to the target by `step`s (at most STOPS of them), settling at each; one step where none is told."""
    here = clock.now()
    if advance_by is None and set_to is None:
        clock.stand_at(None)
        return dict(work.settle(clock.now()))
    target = set_to or here + (advance_by or timedelta(0))
    span = max(step or target - here, (target - here) / STOPS)
    moved: dict[str, int] = {}
    while here < target:
        here = min(here + span, target)
        _settle_at(here, driver, moved)
    if here > target or not moved:
        _settle_at(target, driver, moved)
    return moved


def _settle_at(moment: datetime, driver: str, moved: dict[str, int]) -> None:
    clock.drive(driver)
    clock.stand_at(moment)
    for name, rows in work.settle(moment).items():
        moved[name] = moved.get(name, 0) + rows
