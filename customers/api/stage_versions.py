"""Versions of the stages: drafted, tried on the present and the past, compared, put in force."""

from datetime import timedelta
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.fields import JSONObject, SealedId
from config.api.problems import InvalidError, UnavailableError, conflicting, told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource, number_of
from config.models import Scope
from customers.api.serializers import CustomerSerializer
from customers.models import StageVersion
from customers.rules import RuleError
from customers.stage_definitions import NUMBERS
from customers.stage_versions import (
    VersionError,
    compare,
    delete_draft,
    put_in_force,
    save_draft,
    terms_to_try,
)
from customers.trial import Trial, TrialTooSlowError, try_stages

VERSION = "stage_version"
KEYS = {number: slug for slug, number in NUMBERS.items()}
LONGEST_AGO = timedelta(days=366)
WITH = OpenApiParameter("with", str, description="The id of another version; without: what is in force.")


class StageVersionSerializer(ModelSerializer[StageVersion]):
    """All terms of the seven stages, by their keys; without a `number` it is a draft.

    What a draft does not say of a stage it takes from what is in force.
    """

    id = SealedId(VERSION)
    definitions = JSONObject()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    class Meta:
        model = StageVersion
        fields = ["id", "number", "definitions", "note", "saved_by", "saved_at", "in_force_at"]
        read_only_fields = ["number", "saved_by", "saved_at", "in_force_at"]


class StageDifferenceSerializer(Serializer[Any]):
    """One term that the version has otherwise: what it `was`, and what it is `now`."""

    stage = serializers.CharField()
    field = serializers.CharField()
    was = serializers.JSONField()
    now = serializers.JSONField()


class MomentSerializer(Serializer[Any]):
    """When to try it: now, or a past moment up to a year ago."""

    at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class WaySerializer(Serializer[Any]):
    """How many would go from a stage to another, or stay, and some of them; null: in no stage."""

    from_stage = serializers.CharField(allow_null=True)
    to_stage = serializers.CharField(allow_null=True)
    customers = serializers.IntegerField()
    sample = CustomerSerializer(many=True)


class TrialSerializer(Serializer[Any]):
    """What the version would do at that moment."""

    at = serializers.DateTimeField()
    customers = serializers.IntegerField()
    moved = serializers.IntegerField()
    ways = WaySerializer(many=True)


class StageVersionViewSet(
    Listing, mixins.CreateModelMixin, mixins.RetrieveModelMixin, SealedResource[StageVersion]
):
    """Versions of the stages, the newest first; only a draft can be changed or deleted."""

    queryset = StageVersion.objects.all()
    serializer_class = StageVersionSerializer
    writes = Scope.DESIGN
    scopes = {"trial": Scope.READ}
    sealed_as = VERSION

    def known_parameters(self) -> set[str]:
        """A comparison knows with what."""
        return super().known_parameters() | ({"with"} if self.action == "differences" else set())

    def perform_create(self, serializer: serializers.BaseSerializer[StageVersion]) -> None:
        """Keep a draft."""
        self._keep(serializer, None)

    @extend_schema(request=StageVersionSerializer, responses=StageVersionSerializer)
    def partial_update(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002 - of the path
        """Change the draft: the terms that are named, of the stages that are named."""
        draft = self.get_object()
        given = StageVersionSerializer(draft, data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        self._keep(given, draft)
        return Response(StageVersionSerializer(given.instance).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Forget a draft; 409 for what was in force."""
        with conflicting(VersionError):
            delete_draft(self.get_object())
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(parameters=[WITH], responses=StageDifferenceSerializer(many=True), filters=False)
    @action(detail=True)
    def differences(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """What it would change of what is in force, or of another version."""
        other = request.query_params.get("with")
        found = compare(self.get_object(), _version(other) if other else None)
        return Response([one._asdict() for one in found])

    @extend_schema(request=MomentSerializer, responses=TrialSerializer)
    @action(detail=True, methods=["post"], url_path="try", url_name="try")
    def trial(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Who would go from where to where; nothing is kept. 503 where it takes more than 20 seconds."""
        given = MomentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now, at = clock.now(), given.validated_data["at"]
        if at is not None and not now - LONGEST_AGO <= at <= now:
            raise InvalidError([{"path": "at", "message": _("Choose a moment of the last year.")}])
        with told_at("definitions", RuleError):
            terms = terms_to_try(self.get_object(), now)
        try:
            return Response(_shown(try_stages(terms, now, at)))
        except TrialTooSlowError as error:
            raise UnavailableError(str(error)) from error

    @extend_schema(request=None, responses=StageVersionSerializer)
    @action(detail=True, methods=["post"])
    def put_in_force(self, request: Request, id: str) -> Response:  # noqa: A002, ARG002
        """Let it count from now on; an older version comes back as a new one."""
        with told_at("definitions", RuleError):
            version = put_in_force(self.get_object(), asker(request), clock.now())
        return Response(StageVersionSerializer(version).data)

    def _keep(self, serializer: serializers.BaseSerializer[StageVersion], draft: StageVersion | None) -> None:
        given = {"definitions": {}, "note": draft.note if draft else ""} | serializer.validated_data
        with told_at("definitions", RuleError), conflicting(VersionError):
            serializer.instance = save_draft(
                given["definitions"], asker(self.request), clock.now(), given["note"], draft
            )


def _version(sealed: str) -> StageVersion:
    field = serializers.UUIDField()
    with told_at("with", serializers.ValidationError):
        return get_object_or_404(StageVersion, pk=number_of(VERSION, field.run_validation(sealed)))


def _shown(trial: Trial) -> dict[str, Any]:
    ways = [
        {
            "from_stage": KEYS.get(way.start or 0),
            "to_stage": KEYS.get(way.end or 0),
            "customers": way.customers,
            "sample": CustomerSerializer(way.sample, many=True).data,
        }
        for way in trial.ways
    ]
    return {
        "at": trial.at.isoformat(),
        "customers": trial.customers,
        "moved": trial.moved,
        "ways": ways,
    }
