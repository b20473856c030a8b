"""What belongs to one customer: moves through the stages, consents, events."""

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from config import clock
from config.api.authentication import asker
from config.models import Scope
from customers import services
from customers.api.filters import EventFilter
from customers.api.nested import OfCustomer
from customers.api.serializers import (
    ConsentSerializer,
    ConsentWordSerializer,
    EventSerializer,
    StageMoveSerializer,
)
from customers.models import Consent, ConsentWord, Event, PendingConsent, StageMove


class CustomerEventViewSet(OfCustomer[Event]):
    """What happened to one customer, the newest recorded first."""

    queryset = Event.objects.select_related("customer", "source")
    serializer_class = EventSerializer
    filterset_class = EventFilter


class StageHistoryViewSet(OfCustomer[StageMove]):
    """One customer's moves through the seven stages, the newest first."""

    queryset = StageMove.objects.select_related("from_stage", "to_stage")
    serializer_class = StageMoveSerializer


class ConsentViewSet(OfCustomer[Consent]):
    """What one customer agreed to. No entry means no."""

    queryset = Consent.objects.all()
    serializer_class = ConsentSerializer
    writes = Scope.CUSTOMERS
    keeps_answers = False

    @extend_schema(request=ConsentSerializer, responses={200: ConsentSerializer, 202: ConsentWordSerializer})
    def create(self, request: Request, **_path: Any) -> Response:
        """Set the customer's word on a channel and a topic; it holds for what is sent from now on.

        202 where it is to be confirmed first: a confirmation is sent, and nothing else has changed.
        """
        given = ConsentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        customer, word = self.customer(), given.validated_data
        change = services.ConsentChange(customer_id=customer.pk, proof={"by": asker(request)}, **word)
        services.set_consents([change], clock.now())
        place = {"customer": customer.pk, "channel": word["channel"], "topic": word["topic"]}
        if word["is_granted"] and PendingConsent.objects.filter(**place).exists():
            asked = ConsentWord.objects.filter(**place, said=ConsentWord.Said.ASKED).latest("pk")
            return Response(ConsentWordSerializer(asked).data, status=status.HTTP_202_ACCEPTED)
        kept = get_object_or_404(Consent, **place)
        return Response(ConsentSerializer(kept).data, status=status.HTTP_200_OK)


class ConsentHistoryViewSet(OfCustomer[ConsentWord]):
    """All that one customer said of channels and topics, each with its source, wording and proof."""

    queryset = ConsentWord.objects.select_related("via")
    serializer_class = ConsentWordSerializer
