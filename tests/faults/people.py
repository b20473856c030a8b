"""Who and what the scenarios are about: customers by the thousand, journeys, and what sets them off."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from customers.inbox import accept
from customers.models import Consent, Customer, Identity, IdentityKind
from customers.tracking.calls import Call
from journeys.models import JourneyVersion
from tests.journeys import builders
from tests.journeys.builders import step

LONG_AGO = timedelta(days=30)
GO = {"kind": "event", "event": "Go"}


def now() -> datetime:
    """The wall's time: these scenarios run on it."""
    return datetime.now(UTC)


def make_customers(number: int, channels: Sequence[str] = ("email",), **fields: Any) -> list[Customer]:
    """So many customers with an address and a phone, who agreed to these channels."""
    at = now() - LONG_AGO
    made = Customer.objects.bulk_create(
        Customer(first_seen_at=at, last_seen_at=at, traits={}, **fields) for _ in range(number)
    )
    Identity.objects.bulk_create(
        Identity(customer=one, kind=kind, value=value, created_at=at)
        for one in made
        for kind, value in {
            IdentityKind.EMAIL: address(one.pk),
            IdentityKind.PHONE: f"+39333{one.pk:07}",
            IdentityKind.EXTERNAL: number_of(one.pk),
        }.items()
    )
    Consent.objects.bulk_create(
        Consent(
            customer=one, channel=channel, topic="", is_granted=True, source="test", wording="", changed_at=at
        )
        for one in made
        for channel in channels
    )
    return made


def address(customer_id: int) -> str:
    return f"c{customer_id}@example.com"


def number_of(customer_id: int) -> str:
    return f"c{customer_id}"


def first_number() -> int:
    """The least number of a customer."""
    return int(Customer.objects.order_by("pk").values_list("pk", flat=True)[0])


def two_mails(pause: str = "PT1S", **trigger: Any) -> JourneyVersion:
    """Three steps: a mail, a wait, a mail."""
    builders.content("one")
    builders.content("two")
    return builders.live(
        step("one", "send_email", {"next": "pause"}, content="one"),
        step("pause", "wait", {"next": "two"}, span=pause),
        step("two", "send_email", content="two"),
        trigger=GO | trigger,
        now=now(),
    )


def mail_and_text(**trigger: Any) -> JourneyVersion:
    """Three steps: a mail by a provider that knows no ids, a wait, an SMS by one that does."""
    builders.content("mail")
    builders.content("text", "sms")
    return builders.live(
        step("mail", "send_email", {"next": "pause"}, content="mail"),
        step("pause", "wait", {"next": "text"}, span="PT1S"),
        step("text", "send_sms", content="text"),
        trigger=GO | trigger,
        now=now(),
    )


def set_off(customers: Sequence[Customer], event: str = "Go", key: str = "") -> None:
    """The event happens to all of them, through the inbox. `key` tells one occasion from another."""
    for start in range(0, len(customers), 500):
        accept([_call(one, event, key) for one in customers[start : start + 500]], None, now())


def _call(one: Customer, event: str, key: str) -> Call:
    return Call(
        kind="track",
        message_id=f"{event}-{key}-{one.pk}",
        occurred_at=now(),
        event=event,
        identities={"email": address(one.pk)},
        properties={"key": key},
    )
