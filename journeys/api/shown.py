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

    class Meta:
        model = JourneyVersion
        fields = ["id", "number", "graph", "published_at"]


class StepCountsSerializer(Serializer[Any]):
    """Of one step: who came, who stands there, who went on by which branch, and its messages by fate."""

    step = serializers.CharField()
    entered = serializers.IntegerField()
    inside = serializers.IntegerField()
    passed = serializers.IntegerField()
    branches = serializers.DictField(child=serializers.IntegerField())
    messages = serializers.DictField(child=serializers.IntegerField())


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
        }
        for step, of_step in sorted(counts.items())
    ]


def _by_fate(counts: Counts) -> dict[str, int]:
    fates: dict[str, int] = {}
    for state, many in counts.messages.items():
        fate = FATE_OF[MessageState(state)]
        fates[fate] = fates.get(fate, 0) + many
    return fates
