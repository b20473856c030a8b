"""Calls for tests, one plain call each, and the inbox in one step."""

from datetime import datetime
from itertools import count
from typing import Any

from config import work
from customers.inbox import accept
from customers.linking import LEVELS
from customers.models import Customer, Identity
from customers.tracking.calls import Call, Kind
from tests.builders import NOON

_numbers = count(1)


def call(kind: Kind = "track", at: datetime = NOON, **fields: Any) -> Call:
    """A call; those of its fields that are kinds of identifiers are its identities."""
    identities = {name: fields.pop(name) for name in LEVELS if name in fields}
    if kind == "track":
        fields.setdefault("event", "Product Viewed")
    fields.setdefault("message_id", f"m{next(_numbers)}")
    return Call(kind=kind, occurred_at=at, identities=identities, **fields)


def identify(at: datetime = NOON, traits: dict[str, Any] | None = None, **fields: Any) -> Call:
    """An identify call."""
    return call("identify", at, traits=traits or {}, **fields)


def receive(*calls: Call, source_id: int | None = None, now: datetime = NOON) -> None:
    """Accept calls and do all the work that follows."""
    accept(calls, source_id, now)
    work.settle(now)


def owner(kind: str, value: str) -> Customer:
    """The customer who has an identity."""
    return Identity.objects.select_related("customer").get(kind=kind, value=value).customer
