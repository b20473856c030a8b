"""What was done for people's privacy, and for how long which events are kept."""

from typing import Any

from django_filters import rest_framework as filters
from rest_framework import mixins, serializers
from rest_framework.request import Request

from config import clock
from config.api.authentication import asker
from config.api.fields import SealedId
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource, SealedResource
from config.models import Scope
from customers.models import PrivacyAct, Retention
from customers.retention import delete_retention, save_retention

RETENTION = "retention"


class PrivacyActSerializer(ModelSerializer[PrivacyAct]):
    """One thing that was done: to whom, by whom, when. The id of who was erased leads nowhere any more."""

    customer = serializers.UUIDField(source="about", read_only=True, allow_null=True)

    class Meta:
        model = PrivacyAct
        fields = ["what", "customer", "by", "at", "details"]


class PrivacyActFilter(filters.FilterSet):
    """By what was done, and to whom."""

    what = filters.ChoiceFilter("what", choices=PrivacyAct.What.choices)
    customer = filters.UUIDFilter("about")

    class Meta:
        model = PrivacyAct
        fields: list[str] = []


class PrivacyActViewSet(Listing, Resource[PrivacyAct]):
    """Copies handed over, people erased, events forgotten: the newest first."""

    queryset = PrivacyAct.objects.all()
    serializer_class = PrivacyActSerializer
    filterset_class = PrivacyActFilter
    rights = {"list": "customers.view_privacyact"}


class RetentionSerializer(ModelSerializer[Retention]):
    """Events whose name fits `pattern` (`*`: any letters) are deleted after so many days."""

    id = SealedId(RETENTION)

    class Meta:
        model = Retention
        fields = ["id", "pattern", "days", "changed_at", "changed_by"]
        read_only_fields = ["changed_at", "changed_by"]


class RetentionViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    SealedResource[Retention],
):
    """For how long events are kept; what no row fits is kept for good."""

    queryset = Retention.objects.all()
    serializer_class = RetentionSerializer
    sealed_as = RETENTION
    writes = Scope.FULL
    rights = dict.fromkeys(["list", "retrieve"], "customers.view_retention") | {
        "create": "customers.add_retention",
        "partial_update": "customers.change_retention",
        "destroy": "customers.delete_retention",
    }
    request: Request

    def perform_create(self, serializer: serializers.BaseSerializer[Retention]) -> None:
        """From the next sweep on."""
        given: Any = serializer.validated_data
        serializer.instance = save_retention(Retention(**given), asker(self.request), clock.now())

    def perform_update(self, serializer: serializers.BaseSerializer[Retention]) -> None:
        """The same."""
        row = self.get_object()
        for name, value in dict(serializer.validated_data).items():
            setattr(row, name, value)
        serializer.instance = save_retention(row, asker(self.request), clock.now())

    def perform_destroy(self, instance: Retention) -> None:
        """Kept for good, from now on."""
        delete_retention(instance, asker(self.request), clock.now())
