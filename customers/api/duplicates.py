"""Probable duplicates: to read, to merge, to keep apart, to search for anew."""

from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.fields import SealedId
from config.api.problems import told_at
from config.api.serializers import ModelSerializer, Serializer
from config.api.views import Listing, SealedResource
from config.models import Scope
from customers.by_hand import MergeError
from customers.duplicates.pairs import DecidedError, keep_apart, merge_pair
from customers.duplicates.words import said
from customers.duplicates.work import ask_search
from customers.models import Customer, DuplicatePair

DUPLICATE = "duplicate"
CHANGE = "customers.change_customer"


class EvidenceSerializer(Serializer[Any]):
    """What one field says: in words, and its weight; more than 0 speaks for one person."""

    field = serializers.CharField(read_only=True)
    words = serializers.CharField(read_only=True)
    weight = serializers.FloatField(read_only=True)


class DuplicatePairSerializer(ModelSerializer[DuplicatePair]):
    """Two customers who are probably one person; null is who was merged or erased since."""

    id = SealedId(DUPLICATE)
    first = serializers.UUIDField(read_only=True)
    second = serializers.UUIDField(read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = DuplicatePair
        fields = [
            *("id", "first", "second", "state", "probability", "evidence"),
            *("found_at", "decided_at", "decided_by"),
        ]

    @extend_schema_field(EvidenceSerializer(many=True))
    def get_evidence(self, pair: DuplicatePair) -> Any:
        """What says most first."""
        return EvidenceSerializer(said(pair.evidence), many=True).data


class KeptSerializer(Serializer[Any]):
    """Which of the two stays; who was known first, where it is not said."""

    kept = serializers.UUIDField(required=False)


class DuplicateFilter(filters.FilterSet):
    """By state."""

    state = filters.ChoiceFilter("state", choices=DuplicatePair.State.choices)

    class Meta:
        model = DuplicatePair
        fields: list[str] = []


class DuplicateViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[DuplicatePair]):
    """Probable duplicates. They are never merged by themselves."""

    queryset = DuplicatePair.objects.all()
    serializer_class = DuplicatePairSerializer
    filterset_class = DuplicateFilter
    sealed_as = DUPLICATE
    writes = Scope.CUSTOMERS
    rights = {
        **dict.fromkeys(["list", "retrieve"], "customers.view_duplicatepair"),
        **dict.fromkeys(["merge", "keep_apart", "search"], CHANGE),
    }
    keeps_answers = False

    def get_queryset(self) -> QuerySet[DuplicatePair]:
        """With both ids."""
        ids = {
            name: Subquery(Customer.objects.filter(pk=OuterRef(f"{name}_id")).values("public_id"))
            for name in ("first", "second")
        }
        return DuplicatePair.objects.annotate(**ids)

    @extend_schema(request=KeptSerializer, responses=DuplicatePairSerializer)
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002 - the word of the path
        """They are one person. It can be undone."""
        given = KeptSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        pair, kept = self.get_object(), given.validated_data.get("kept")
        with told_at("kept", MergeError), told_at("state", DecidedError):
            merge_pair(pair.pk, _number(kept), asker(request), clock.now())
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses=DuplicatePairSerializer)
    @action(detail=True, methods=["post"])
    def keep_apart(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002 - the word of the path
        """They are two people, and are never suggested again."""
        with told_at("state", DecidedError):
            keep_apart(self.get_object().pk, asker(request), clock.now())
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=None, responses={202: None})
    @action(detail=False, methods=["post"])
    def search(self, request: Request) -> Response:
        """Have everybody compared with everybody; where a search waits or runs already, that one goes on."""
        ask_search(asker(request), clock.now())
        return Response(status=status.HTTP_202_ACCEPTED)


def _number(kept: UUID | None) -> int | None:
    """The number of who is to stay; one that nobody has where nobody is known by the id."""
    if kept is None:
        return None
    return Customer.objects.filter(public_id=kept).values_list("pk", flat=True).first() or -1
