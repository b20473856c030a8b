"""By what customers and events can be filtered."""

from django.db.models import QuerySet
from django_filters import rest_framework as filters

from customers.models import Customer, Event


class CustomerFilter(filters.FilterSet):
    """Customers by stage, present segment, and when they were last seen."""

    stage = filters.CharFilter("stage__slug")
    segment = filters.CharFilter(method="in_segment", label="segment")
    country = filters.CharFilter("country")
    language = filters.CharFilter("language")
    seen_since = filters.IsoDateTimeFilter("last_seen_at", "gte")

    class Meta:
        model = Customer
        fields: list[str] = []

    def in_segment(self, customers: QuerySet[Customer], _name: str, slug: str) -> QuerySet[Customer]:
        """Those who are in the segment now."""
        return customers.filter(memberships__segment__slug=slug, memberships__left_at=None)


class EventFilter(filters.FilterSet):
    """Events by customer, name and when they happened (`since` included, `until` not)."""

    customer = filters.UUIDFilter("customer__public_id")
    name = filters.CharFilter("name")
    since = filters.IsoDateTimeFilter("occurred_at", "gte")
    until = filters.IsoDateTimeFilter("occurred_at", "lt")

    class Meta:
        model = Event
        fields: list[str] = []
