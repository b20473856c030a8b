"""The clock of a rehearsal, read and walked: `POST` does the work that is due at the moments it reaches."""

import time
from collections import Counter
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

from config import clock, database, work
from config.api.problems import conflicting
from config.api.serializers import Serializer
from config.models import Scope

PATIENCE = 50.0  # seconds that one request walks at most
RENEWAL = 10.0  # seconds after which the driver says that it is still there


class ClockSerializer(Serializer[Any]):
    """Where the clock stands and what was done on the way there.

    After a move: `is_finished` where it stands at the target and all that is due has run; else the same move
    (by `set_to`) goes on. `stops`: moments at which something was due. `left`: work that is due and could
    not be done now (a channel that rests).
    """

    now = serializers.DateTimeField(read_only=True)
    is_rehearsed = serializers.BooleanField(read_only=True)
    target = serializers.DateTimeField(read_only=True, required=False, allow_null=True)
    is_finished = serializers.BooleanField(read_only=True, required=False)
    stops = serializers.IntegerField(read_only=True, required=False)
    done = serializers.DictField(child=serializers.IntegerField(), read_only=True, required=False)
    left = serializers.ListField(child=serializers.CharField(), read_only=True, required=False)


class MoveSerializer(Serializer[Any]):
    """Where the clock shall stand: at a moment, or further by a span."""

    set_to = serializers.DateTimeField(required=False, allow_null=True)
    advance_by = serializers.DurationField(required=False)

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
    rights: ClassVar[dict[str, str]] = {}

    @extend_schema(operation_id="clock_retrieve", responses=ClockSerializer)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        """The present moment."""
        return Response(_told(clock.now()))

    @extend_schema(operation_id="clock_move", request=MoveSerializer, responses=ClockSerializer)
    def post(self, request: Request) -> Response:
        """Move the clock (`set_to: null`: time is the wall's again), do the work, say what it moved."""
        move = MoveSerializer(data=request.data)
        move.is_valid(raise_exception=True)
        drive = Drive()
        with conflicting(clock.RehearsalOffError, clock.ClockTakenError), clock.driving(drive.name):
            drive.go(**move.validated_data)
        return Response(_told(clock.now()) | drive.told())


def _told(now: datetime) -> dict[str, Any]:
    return {
        "now": now.isoformat(),
        "is_rehearsed": bool(settings.REHEARSAL) and clock.rehearsed() is not None,
    }


class Drive:
    """One request that moves the clock, and what was done on the way."""

    def __init__(self) -> None:
        self.name = f"api {uuid4()}"
        self.done: Counter[str] = Counter()
        self.stops = 0
        self.target: datetime | None = None
        self.stands_at: datetime | None = None
        self.left: list[str] = []
        self._renewed_at = time.monotonic()
        self._ends_at = self._renewed_at + PATIENCE

    def go(self, set_to: datetime | None = None, advance_by: timedelta | None = None) -> None:
        """Do what is due, then go from one moment at which something falls due to the next, to the target.

        Where that takes longer than a request should, the clock is left where it has come to.
        """
        self._wait_for_workers()
        with database.walking():
            here = clock.now()
            if set_to is None and advance_by is None:
                clock.stand_at(None)
                self._stop(clock.now())
            else:
                self.target = set_to or here + (advance_by or timedelta(0))
                self._stand(min(here, self.target))
                self._walk(here, self.target)
            self.left = [piece.name for piece in work.due(work.pieces(), clock.now())]

    def told(self) -> dict[str, Any]:
        """What the answer says of it."""
        return {
            "target": self.target and self.target.isoformat(),
            "is_finished": self.target == self.stands_at,
            "stops": self.stops,
            "done": dict(self.done),
            "left": self.left,
        }

    def _walk(self, here: datetime, target: datetime) -> None:
        while here < target and time.monotonic() < self._ends_at:
            here = work.next_due(work.pieces(), here, target) or target
            self._stand(here)

    def _wait_for_workers(self) -> None:
        """Until those who had begun before the clock was taken have ended: they work at the old moment."""
        while not clock.alone():
            if time.monotonic() > self._ends_at:
                raise clock.ClockTakenError(_("The workers are busy: try again when they are done."))
            time.sleep(0.02)

    def _stand(self, moment: datetime) -> None:
        if time.monotonic() - self._renewed_at > RENEWAL:
            clock.drive(self.name)
            self._renewed_at = time.monotonic()
        clock.stand_at(moment)
        self.stands_at = moment
        self._stop(moment)

    def _stop(self, moment: datetime) -> None:
        self.stops += 1
        self.done += work.settle_pieces(work.pieces(), moment)
