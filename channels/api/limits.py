"""How much is enough: caps and quiet hours."""

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework import mixins, serializers

from channels.limits import delete_limit, save_limit
from channels.models import Cap, QuietHours
from config import clock
from config.api.fields import SealedId
from config.api.serializers import ModelSerializer
from config.api.views import Listing, SealedResource
from config.models import Scope
from customers.models import Stage

CAP, QUIET_HOURS = "cap", "quiet_hours"
L = TypeVar("L", Cap, QuietHours)


class CapSerializer(ModelSerializer[Cap]):
    """At most `limit` messages per window; empty channel, topic, stage: all of them."""

    id = SealedId(CAP)
    stage = serializers.SlugRelatedField(
        slug_field="slug", queryset=Stage.objects.all(), allow_null=True, required=False
    )

    class Meta:
        model = Cap
        fields = ["id", "name", "limit", "window", "span", "channel", "topic", "stage", "is_active"]
        extra_kwargs = {"limit": {"min_value": 1}}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A rolling window has a length, a calendar one has none."""
        window = attrs.get("window", getattr(self.instance, "window", None))
        span = attrs.get("span", getattr(self.instance, "span", None))
        if window == Cap.Window.ROLLING and not (span and span.total_seconds() > 0):
            raise serializers.ValidationError({"span": _("Say how long the rolling window is.")})
        if window != Cap.Window.ROLLING and span is not None:
            raise serializers.ValidationError({"span": _("A calendar window has no length: leave it out.")})
        return attrs


class QuietHoursSerializer(ModelSerializer[QuietHours]):
    """Local hours in which nothing goes out; an empty channel means all of them."""

    id = SealedId(QUIET_HOURS)

    class Meta:
        model = QuietHours
        fields = ["id", "name", "starts", "ends", "channel", "is_active"]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Some of the day is left."""
        if attrs.get("starts", getattr(self.instance, "starts", None)) == attrs.get(
            "ends", getattr(self.instance, "ends", None)
        ):
            raise serializers.ValidationError({"ends": _("It must differ from the start.")})
        return attrs


class LimitViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    SealedResource[L],
):
    """A change takes effect at once, on what is held back too."""

    def perform_create(self, serializer: serializers.BaseSerializer[L]) -> None:
        """In force from now on."""
        save_limit(serializer.save(), clock.now())

    def perform_update(self, serializer: serializers.BaseSerializer[L]) -> None:
        """The same."""
        save_limit(serializer.save(), clock.now())

    def perform_destroy(self, instance: L) -> None:
        """What it held back goes to the gate."""
        delete_limit(instance, clock.now())


class CapViewSet(LimitViewSet[Cap]):
    """Caps: at most so many messages per customer and window. Several hold together."""

    serializer_class = CapSerializer
    writes = Scope.DESIGN
    sealed_as = CAP

    def get_queryset(self) -> QuerySet[Cap]:
        """All caps."""
        return Cap.objects.select_related("stage")


class QuietHoursViewSet(LimitViewSet[QuietHours]):
    """Quiet hours, in each customer's own time zone."""

    serializer_class = QuietHoursSerializer
    writes = Scope.DESIGN
    sealed_as = QUIET_HOURS

    def get_queryset(self) -> QuerySet[QuietHours]:
        """All quiet hours."""
        return QuietHours.objects.all()
