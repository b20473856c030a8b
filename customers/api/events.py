"""Events, read only: what happened enters by the tracking API."""

from django.db.models import QuerySet
from rest_framework import mixins

from config.api.views import Listing, SealedResource
from customers.api.filters import EventFilter
from customers.api.serializers import EVENT, EventSerializer
from customers.models import Event


class EventViewSet(Listing, mixins.RetrieveModelMixin, SealedResource[Event]):
    """What happened to customers, the newest recorded first."""

    serializer_class = EventSerializer
    filterset_class = EventFilter
    sealed_as = EVENT

    def get_queryset(self) -> QuerySet[Event]:
        """All events, with the ids that are shown."""
        return Event.objects.select_related("customer", "source")
