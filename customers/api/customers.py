"""Customers: found, created and changed as `identify` does it, exported, erased."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.api.problems import conflicting, told_at
from config.api.views import Listing, Resource
from config.models import Scope
from customers import known, queries, services
from customers.api.filters import CustomerFilter
from customers.api.serializers import (
    ChangedCustomerSerializer,
    CustomerSerializer,
    NewCustomerSerializer,
)
from customers.models import Customer

IDENTITY = OpenApiParameter("identity", str, description="As kind:value, for example email:a@example.com.")


class CustomerViewSet(Listing, mixins.RetrieveModelMixin, Resource[Customer]):
    """The golden records, the newest first."""

    serializer_class = CustomerSerializer
    filterset_class = CustomerFilter
    writes = Scope.CUSTOMERS
    scopes = {"export": Scope.PERSONAL}
    rights = {"export": "customers.export_customer", "destroy": "customers.erase_customer"}
    keeps_answers = False

    def known_parameters(self) -> set[str]:
        """Lists know the identity too."""
        return super().known_parameters() | ({"identity"} if self.action == "list" else set())

    def get_queryset(self) -> QuerySet[Customer]:
        """Customers with what is shown of the rows around them."""
        return Customer.objects.select_related("stage").prefetch_related("identities")

    def filter_queryset(self, queryset: Any) -> Any:
        """By the filters, and by the identity."""
        found = super().filter_queryset(queryset)
        identity = self.request.query_params.get("identity")
        if identity is None or self.action != "list":
            return found
        with told_at("identity", queries.UnknownIdentityError):
            owner = queries.customer_by_identity(identity)
        return found.filter(pk=owner.pk) if owner else found.none()

    def get_object(self) -> Customer:
        """The customer of the path; the id of one who was merged leads to the other."""
        found = queries.customer_by_public_id(self.kwargs["id"])
        if found is None:
            raise Http404
        return self.get_queryset().get(pk=found.pk)

    @extend_schema(parameters=[IDENTITY])
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """A page of customers; with `identity` the one whose it is, or none."""
        return super().list(request, *args, **kwargs)

    @extend_schema(
        request=NewCustomerSerializer, responses={200: CustomerSerializer, 201: CustomerSerializer}
    )
    def create(self, request: Request) -> Response:
        """Create who is not known yet (201), else change whom these identities lead to (200)."""
        given = NewCustomerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        who = given.validated_data["identities"]
        with told_at("identities", known.IdentityError, services.NobodyError):
            customer_id, is_new = known.identify(who, given.validated_data["traits"], clock.now())
        shown = CustomerSerializer(self.get_queryset().get(pk=customer_id)).data
        return Response(shown, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(request=ChangedCustomerSerializer, responses=CustomerSerializer)
    def partial_update(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002 - of the path
        """Add traits and identities; a trait that is null is taken away."""
        given = ChangedCustomerSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        identities, traits = (given.validated_data.get(name, {}) for name in ("identities", "traits"))
        customer = self.get_object()
        refusals = known.IdentityError, services.NobodyError
        with told_at("identities", *refusals), conflicting(known.TakenIdentityError):
            known.change(customer.pk, identities, traits, clock.now())
        return Response(CustomerSerializer(self.get_object()).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """Erase the person for good: nothing personal is left, and no late event brings it back."""
        services.erase_customers([self.get_object().pk], clock.now(), asker(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(responses=OpenApiTypes.OBJECT)
    @action(detail=True)
    def export(self, request: Request, id: UUID) -> Response:  # noqa: A002, ARG002
        """All that is kept of the person, machine-readable; that it was asked for is recorded."""
        return Response(services.hand_over_copy(self.get_object().pk, asker(request), clock.now()))
