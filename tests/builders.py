"""Rows for tests, one plain call each; every moment counts from NOON."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from customers.commerce.reading import NAMES
from customers.commerce.rebuild import rebuild
from customers.models import Consent, Customer, Event, Identity, IdentityKind, Source, Stage

NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_numbers = count(1)


def customer(
    *,
    email: str = "",
    phone: str = "",
    external_id: str = "",
    anonymous_id: str = "",
    push_token: str = "",
    traits: dict[str, Any] | None = None,
    stage: str = "",
    seen_at: datetime = NOON,
    **fields: Any,
) -> Customer:
    """A customer with the identities that are given; one with none gets a customer number of its own."""
    values = {
        IdentityKind.EMAIL: email,
        IdentityKind.PHONE: phone,
        IdentityKind.EXTERNAL: external_id,
        IdentityKind.ANONYMOUS: anonymous_id,
        IdentityKind.PUSH_TOKEN: push_token,
    }
    if not any(values.values()):
        values[IdentityKind.EXTERNAL] = f"c{next(_numbers)}"
    if stage:
        fields |= {"stage": Stage.objects.get(slug=stage), "stage_since": seen_at}
    made = Customer.objects.create(traits=traits or {}, first_seen_at=seen_at, last_seen_at=seen_at, **fields)
    Identity.objects.bulk_create(
        Identity(customer=made, kind=kind, value=value, created_at=seen_at)
        for kind, value in values.items()
        if value
    )
    made.refresh_from_db()
    return made


def event(
    of: Customer,
    name: str = "Order Completed",
    at: datetime = NOON,
    properties: dict[str, Any] | None = None,
    **fields: Any,
) -> Event:
    """An event of a customer, as if it had come through the inbox at the moment it happened."""
    fields = {"received_at": at} | fields
    made = Event.objects.create(customer=of, name=name, occurred_at=at, properties=properties or {}, **fields)
    if name in NAMES:
        rebuild([of.pk])
    return made


def consent(
    of: Customer, channel: str = "email", topic: str = "", *, granted: bool = True, at: datetime = NOON
) -> Consent:
    """What a customer said about a channel and a topic; no topic: the whole channel."""
    return Consent.objects.create(
        customer=of, channel=channel, topic=topic, is_granted=granted, source="test", changed_at=at
    )


def source(name: str = "shop", write_key: str = "wk_test") -> Source:
    """A source of events with a write key."""
    return Source.objects.create(name=name, write_key=write_key)
