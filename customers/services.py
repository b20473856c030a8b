"""Writes about known customers, for the apps above: consents, suppressions, the record and its end."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import connection, transaction

from config import work
from customers.apply import apply_calls
from customers.classify import classify
from customers.consents import ConsentChange, store_consents
from customers.events import lock_events, write_events
from customers.identity import Received
from customers.linking import Key
from customers.locks import lock_customers
from customers.models import News, Suppression
from customers.news import tell
from customers.privacy import erase_customers, export_customer, hand_over_copy, lift_tombstones
from customers.rules.depends import Depends
from customers.tracking.calls import Call, corrected

__all__ = [
    "ConsentChange",
    "erase_customers",
    "export_customer",
    "hand_over_copy",
    "lift_tombstones",
    "lock_customers",
    "set_consents",
    "suppress",
    "unsuppress",
    "upsert_customer",
]


class NobodyError(ValueError):
    """No identifier is valid, or a person was erased: give a customer number or an address."""


def upsert_customer(call: Call, now: datetime) -> int:
    """Apply one `identify` here and now, by the way that every call goes; returns the customer's id."""
    call.occurred_at = corrected(call.occurred_at, call.sent_at, now)
    with transaction.atomic():
        lock_events()
        resolved = apply_calls([Received(call, now, None, call.message_id)], now)
        if not resolved.customer_ids[0]:
            raise NobodyError(NobodyError.__doc__)
    return resolved.customer_ids[0]


def set_consents(changes: Sequence[ConsentChange], now: datetime) -> int:
    """Store what customers said, under their locks; returns how many words changed something.

    A word without a customer (erased meanwhile) is dropped; an older word never overwrites a newer one.
    """
    with transaction.atomic():
        lock_events()
        there = set(lock_customers(change.customer_id for change in changes))
        events = store_consents([change for change in changes if change.customer_id in there], now)
        write_events(events, now)
        if events:
            changed = Depends(frozenset({"$consent_changed"}), consent=True)
            classify(sorted({event.customer_id for event in events}), now, changed=changed)
            work.wake("journeys.listen")
    return len(events)


SUPPRESS = """
    INSERT INTO customers_suppression (kind, value, reason, created_at)
    SELECT kind, value, %s, %s FROM unnest(%s::text[], %s::text[]) AS address(kind, value)
    ON CONFLICT DO NOTHING
"""
OWNERS = """
    SELECT identity.customer_id FROM customers_identity AS identity
    JOIN unnest(%s::text[], %s::text[]) AS address(kind, value)
      ON identity.kind = address.kind AND identity.value = address.value
"""


def suppress(addresses: Iterable[Key], reason: Suppression.Reason | str, now: datetime) -> int:
    """Never write to these addresses (kind, value) again, from this commit on; returns how many are new."""
    kinds, values = _columns(addresses)
    with transaction.atomic(), connection.cursor() as cursor:
        tell(_lock_owners(kinds, values), News.What.REACH)
        cursor.execute(SUPPRESS, [str(reason), now, kinds, values])
        return int(cursor.rowcount)


def unsuppress(addresses: Iterable[Key]) -> int:
    """Allow these addresses again; returns how many were suppressed."""
    kinds, values = _columns(addresses)
    with transaction.atomic(), connection.cursor() as cursor:
        tell(_lock_owners(kinds, values), News.What.REACH)
        cursor.execute(
            "DELETE FROM customers_suppression"
            " WHERE (kind, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [kinds, values],
        )
        return int(cursor.rowcount)


def _lock_owners(kinds: list[str], values: list[str]) -> list[int]:
    """Lock the customers who have the addresses, as all do that decide whether they are written to."""
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [kinds, values])
        owners = [row[0] for row in cursor.fetchall()]
    return lock_customers(owners)


def _columns(addresses: Iterable[Key]) -> tuple[list[str], list[str]]:
    pairs = sorted(set(addresses))
    return [kind for kind, _ in pairs], [value for _, value in pairs]
