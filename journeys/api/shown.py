"""How journeys, their versions and counts are shown outside."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from channels.api.messages import FATE_OF, SOURCE_KINDS
from channels.models import MessageSource, MessageState
from config.api.fields import JSONObject, LastingSlug, SealedId
from config.api.serializers import ModelSerializer, Serializer
from customers.models import Stage
from journeys.counts import Counts
from journeys.models import Journey, JourneyVersion


class JourneySerializer(LastingSlug, ModelSerializer[Journey]):
    """A way that customers are taken: the draft that is edited, and which version is live."""

    serves = serializers.SlugRelatedField(slug_field="slug", queryset=Stage.objects.all())
    leads_to = serializers.SlugRelatedField(slug_field="slug", queryset=Stage.objects.all())
    draft = JSONObject(required=False)
    live_version = serializers.IntegerField(source="live_version.number", read_only=True, allow_null=True)

    class Meta:
        model = Journey
        fields = [
            "slug",
            "name",
            "description",
            "serves",
            "leads_to",
            "state",
            "live_version",
            "draft",
            "created_at",
            "changed_at",
        ]
        read_only_fields = ["state", "created_at", "changed_at"]


class VersionSerializer(ModelSerializer[JourneyVersion]):
    """A published graph; `id` is the `source_id` of its messages."""

    id = SealedId(SOURCE_KINDS[MessageSource.JOURNEY])
    graph = serializers.DictField(read_only=True)
    acknowledged = serializers.ListField(read_only=True)
    published_by = serializers.CharField(source="published_by.username", allow_null=True, read_only=True)

    class Meta:
        model = JourneyVersion
        fields = ["id", "number", "graph", "acknowledged", "published_at", "published_by"]


class StepCountsSerializer(Serializer[Any]):
    """Of one step: who came, who stands there, who went on by which branch, and its messages by fate."""

    step = serializers.CharField()
    entered = serializers.IntegerField()
    inside = serializers.IntegerField()
    passed = serializers.IntegerField()
    branches = serializers.DictField(child=serializers.IntegerField())
    messages = serializers.DictField(child=serializers.IntegerField())
    held_out = serializers.IntegerField(help_text="Suppressed messages of those who are held out.")


class ArmSerializer(Serializer[Any]):
    """Who entered, who reached the goal, and the share of these."""

    entered = serializers.IntegerField()
    converted = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True)


class LiftSerializer(Serializer[Any]):
    """All others against those who are held out: the difference of their rates, with a 95 % interval."""

    treated = ArmSerializer()
    held_out = ArmSerializer()
    difference = serializers.FloatField()
    low = serializers.FloatField()
    high = serializers.FloatField()


class MoneySerializer(Serializer[Any]):
    """An amount in a currency."""

    amount = serializers.DecimalField(max_digits=None, decimal_places=4)
    currency = serializers.CharField()


class GoalCountsSerializer(Serializer[Any]):
    """Of one goal: entered, converted, how often, what it is worth; the lift where somebody is held out."""

    goal = serializers.CharField()
    entered = serializers.IntegerField(source="all.entered")
    converted = serializers.IntegerField(source="all.converted")
    rate = serializers.FloatField(source="all.rate", allow_null=True)
    conversions = serializers.IntegerField()
    values = MoneySerializer(many=True)
    lift = LiftSerializer(allow_null=True)


def shown_counts(counts: Mapping[str, Counts]) -> list[dict[str, Any]]:
    """The counts of steps, by the steps' ids."""
    return [
        {
            "step": step,
            "entered": of_step.entered,
            "inside": of_step.inside,
            "passed": of_step.passed,
            "branches": dict(of_step.branches),
            "messages": _by_fate(of_step),
            "held_out": of_step.held_out,
        }
        for step, of_step in sorted(counts.items())
    ]


def _by_fate(counts: Counts) -> dict[str, int]:
    fates: dict[str, int] = {}
    for state, many in counts.messages.items():
        fate = FATE_OF[MessageState(state)]
        fates[fate] = fates.get(fate, 0) + many
    return fates
