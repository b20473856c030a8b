"""Merging two customers, and taking apart who was merged."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.problems import told_at
from config.api.serializers import ModelSerializer, Serializer
from config.models import Scope
from customers.api.nested import OfCustomer
from customers.api.serializers import CustomerSerializer
from customers.by_hand import MergeError, ReasonError, merge_by_hand, other_customer
from customers.models import Customer, MergeRecord
from customers.unmerge import UnmergeError, checked_reason, unmerge


class MergeRecordSerializer(ModelSerializer[MergeRecord]):
    """A merge: who became this customer, when, by which call or person; and when it was undone."""

    old = serializers.UUIDField(source="old_public_id", read_only=True)
    kind = serializers.CharField(read_only=True)
    value = serializers.CharField(source="shown", read_only=True)

    class Meta:
        model = MergeRecord
        fields = [
            *("old", "merged_at", "merged_by", "reason", "kind", "value"),
            *("undone_at", "undone_by", "undone_reason"),
        ]


class NewMergeSerializer(Serializer[Any]):
    """Who else it is, by id or as kind:value, and why."""

    other = serializers.CharField(max_length=600)
    reason = serializers.CharField(max_length=1000)


class UnmergeSerializer(Serializer[Any]):
    """Who is given back, by the id of before, and why."""

    old = serializers.UUIDField()
    reason = serializers.CharField(max_length=1000)


class MergeViewSet(OfCustomer[MergeRecord]):
    """Who was merged into one customer, the newest first; without `undone_at` they are part of it."""

    queryset = MergeRecord.objects.defer("remembered")
    serializer_class = MergeRecordSerializer
    writes = Scope.CUSTOMERS
    keeps_answers = False

    def get_queryset(self) -> Any:
        """The records of the customer's number."""
        return MergeRecord.objects.defer("remembered").filter(customer_id=self.customer().pk)

    @extend_schema(request=NewMergeSerializer, responses=CustomerSerializer)
    def merge(self, request: Request, **_path: Any) -> Response:
        """Merge another customer into this one; it can be undone."""
        given = NewMergeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        customer, word = self.customer(), given.validated_data
        with told_at("other", MergeError), told_at("reason", ReasonError):
            other = other_customer(customer, word["other"])
            merge_by_hand(customer.pk, other.pk, word["reason"], asker(request), clock.now())
        return _shown(customer.pk)

    @extend_schema(request=UnmergeSerializer, responses=CustomerSerializer)
    def unmerge(self, request: Request, **_path: Any) -> Response:
        """Take apart who was merged; answers with the customer who is given back."""
        given = UnmergeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        word = given.validated_data
        record = self.get_queryset().filter(old_public_id=word["old"]).order_by("-pk").first()
        with told_at("reason", UnmergeError):
            reason = checked_reason(word["reason"])
        with told_at("old", UnmergeError):
            old_id = unmerge(record.pk if record else 0, asker(request), reason, clock.now())
        return _shown(old_id)


def _shown(customer_id: int) -> Response:
    shown = Customer.objects.select_related("stage").prefetch_related("identities")
    customer = shown.filter(pk=customer_id).first()
    if customer is None:  # erased meanwhile
        raise Http404
    return Response(CustomerSerializer(customer).data)
