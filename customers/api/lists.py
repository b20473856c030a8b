"""Topics, suppressed addresses, and sources with their write keys."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.fields import LastingSlug, SealedId
from config.api.serializers import ModelSerializer
from config.api.views import Listing, Resource, SealedResource
from config.models import Scope
from customers import services
from customers.addresses import AddressError, normal
from customers.models import IdentityKind, Source, Suppression, Topic

SOURCE, SUPPRESSION = "source", "suppression"
REACHABLE = [IdentityKind.EMAIL, IdentityKind.PHONE, IdentityKind.PUSH_TOKEN]


class TopicSerializer(LastingSlug, ModelSerializer[Topic]):
    """What messages are about, as customers choose it."""

    class Meta:
        model = Topic
        fields = ["slug", "name"]


class TopicViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    Resource[Topic],
):
    """Topics."""

    queryset = Topic.objects.all()
    serializer_class = TopicSerializer
    lookup_field = lookup_url_kwarg = "slug"
    lookup_value_converter = "slug"
    writes = Scope.DESIGN


class SuppressionSerializer(ModelSerializer[Suppression]):
    """An address that is never written to."""

    id = SealedId(SUPPRESSION)
    kind = serializers.ChoiceField(choices=REACHABLE)
    value = serializers.CharField(max_length=512)
    reason = serializers.ChoiceField(
        choices=Suppression.Reason.choices, required=False, default=Suppression.Reason.BY_HAND
    )

    class Meta:
        model = Suppression
        fields = ["id", "kind", "value", "reason", "created_at"]
        read_only_fields = ["created_at"]
        validators: list[Any] = []  # one that is there already is no error

    def to_representation(self, instance: Suppression) -> dict[str, Any]:
        """The address as whoever asks may see it."""
        return super().to_representation(instance) | {"value": instance.shown}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The address in its one spelling."""
        try:
            return attrs | {"value": normal(attrs["kind"], attrs["value"], settings.BRAND_COUNTRY)}
        except AddressError as error:
            raise serializers.ValidationError({"value": str(error)}) from error


class SuppressionFilter(filters.FilterSet):
    """Suppressed addresses by kind, address and reason."""

    kind = filters.CharFilter("kind")
    value = filters.CharFilter("value")
    reason = filters.ChoiceFilter("reason", choices=Suppression.Reason.choices)

    class Meta:
        model = Suppression
        fields: list[str] = []


class SuppressionViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Suppression]):
    """Addresses that are never written to, whatever else holds."""

    queryset = Suppression.objects.all()
    serializer_class = SuppressionSerializer
    filterset_class = SuppressionFilter
    sealed_as = SUPPRESSION
    writes = Scope.CUSTOMERS
    rights = dict.fromkeys(["list", "retrieve"], "customers.view_suppression")
    keeps_answers = False

    @extend_schema(request=SuppressionSerializer, responses={201: SuppressionSerializer})
    def create(self, request: Request) -> Response:
        """Never write to an address again, from now on; one that is suppressed already stays as it is."""
        given = self.get_serializer(data=request.data)
        given.is_valid(raise_exception=True)
        address = given.validated_data
        services.suppress([(address["kind"], address["value"])], address["reason"], clock.now())
        kept = Suppression.objects.get(kind=address["kind"], value=address["value"])
        return Response(self.get_serializer(kept).data, status=status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002 - the word of the path
        """Allow the address again."""
        row = self.get_object()
        services.unsuppress([(row.kind, row.value)])
        return Response(status=status.HTTP_204_NO_CONTENT)


class SourceSerializer(ModelSerializer[Source]):
    """Where events come from. The write key may live in a browser: it can write events and nothing else."""

    id = SealedId(SOURCE)

    class Meta:
        model = Source
        fields = ["id", "name", "kind", "write_key", "is_active", "most_per_second", "created_at"]
        read_only_fields = ["write_key", "is_active", "created_at"]


class SourceViewSet(
    Listing,
    mixins.CreateModelMixin,
    mixins.RetrieveModelMixin,
    mixins.UpdateModelMixin,
    SealedResource[Source],
):
    """Sources and their write keys."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    sealed_as = SOURCE
    writes = Scope.FULL
    scopes = {"list": Scope.FULL, "retrieve": Scope.FULL}
    rights = (
        dict.fromkeys(["list", "retrieve"], "customers.view_source")
        | dict.fromkeys(["partial_update", "revoke", "restore"], "customers.change_source")
        | {"create": "customers.add_source"}
    )

    @extend_schema(request=None, responses=SourceSerializer)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Take no more events by this write key."""
        return self._set_active(is_active=False)

    @extend_schema(request=None, responses=SourceSerializer)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Take events by this write key again."""
        return self._set_active(is_active=True)

    def _set_active(self, *, is_active: bool) -> Response:
        source = self.get_object()
        source.is_active = is_active
        source.save(update_fields=["is_active"])
        return Response(self.get_serializer(source).data)
