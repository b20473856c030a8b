"""The end of a record, and its copy for the person whose it is.

The apps above register what is theirs from their `AppConfig.ready`: `on_erase.append(function)` (gets the
customers' ids and `now`, in the erasing transaction, customers locked; must leave nothing personal and no
row that names them), and `on_export["messages"] = function` (gets a customer's id, returns plain data).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction

from customers.events import lock_events
from customers.imports.services import forget_people
from customers.linking import Key
from customers.locks import lock_customers
from customers.models import Consent, Customer, Event, Identity, Membership, StageHold, StageMove, Suppression
from customers.owners import tombstone_of

on_erase: list[Callable[[Sequence[int], datetime], None]] = []
on_export: dict[str, Callable[[int], Any]] = {}

BURY = """
    INSERT INTO customers_tombstone (digest, erased_at)
    SELECT digest, %s FROM unnest(%s::bytea[]) AS buried(digest)
    ON CONFLICT DO NOTHING
"""
# Calls that are still to be applied, or parked, and name one of the identifiers: as stored, or in a trait.
PENDING = """
    DELETE FROM customers_inboxrow
    WHERE (payload->>'customer_id')::bigint = ANY(%(ids)s)
       OR EXISTS (SELECT FROM jsonb_each_text(COALESCE(payload->'identities', '{}')) AS said(kind, value)
                  JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS gone(kind, value)
                    ON gone.kind = said.kind AND gone.value = btrim(said.value))
       OR EXISTS (SELECT FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS gone(kind, value)
                  WHERE (gone.kind IN ('email', 'phone')
                         AND lower(btrim(payload->'traits'->>gone.kind)) = lower(gone.value))
                     OR (gone.kind IN ('anonymous_id', 'external_id') AND payload->>'previous_id' =
                     gone.value))
"""
ERASE = (
    "DELETE FROM customers_event WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_consent WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_membership WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_stagemove WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_stagehold WHERE customer_id = ANY(%s)",
    """
    WITH gone AS (SELECT unnest(%s::bigint[]) AS id), named AS (
        SELECT id FROM gone
        UNION SELECT old_id FROM customers_mergedcustomer JOIN gone ON customer_id = gone.id
    )
    DELETE FROM customers_mergerecord WHERE id IN (
        SELECT row.id FROM named JOIN customers_mergerecord AS row ON row.old_id = named.id
        UNION SELECT row.id FROM named JOIN customers_mergerecord AS row ON row.customer_id = named.id
    )
    """,
    """
    WITH gone AS (SELECT unnest(%s::bigint[]) AS id), named AS (
        SELECT id FROM gone
        UNION SELECT old_id FROM customers_mergedcustomer JOIN gone ON customer_id = gone.id
    )
    DELETE FROM customers_duplicatepair WHERE id IN (
        SELECT row.id FROM named JOIN customers_duplicatepair AS row ON row.first_id = named.id
        UNION SELECT row.id FROM named JOIN customers_duplicatepair AS row ON row.second_id = named.id
    )
    """,
    "DELETE FROM customers_mergedcustomer WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_identity WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_customer WHERE id = ANY(%s)",
)


def erase_customers(customer_ids: Iterable[int], now: datetime) -> int:
    """Erase people: nothing personal stays, nothing late brings them back. Returns how many there were."""
    with transaction.atomic():
        lock_events()
        ids = lock_customers(customer_ids)
        if not ids:
            return 0
        keys = list(Identity.objects.filter(customer_id__in=ids).values_list("kind", "value"))
        _bury(keys, now)
        _unsuppress(keys)
        for hook in on_erase:
            hook(ids, now)
        with connection.cursor() as cursor:
            columns = {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]}
            cursor.execute(PENDING, {"ids": ids, **columns})
            forget_people(columns["values"])
            for statement in ERASE:
                cursor.execute(statement, [ids])
    return len(ids)


def _bury(keys: Iterable[Key], now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(BURY, [now, [tombstone_of(key) for key in keys]])


def _unsuppress(keys: Sequence[Key]) -> None:
    """A suppressed address is personal too; its tombstone keeps it from being written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_suppression"
            " WHERE (kind, value) IN (SELECT * FROM unnest(%s::text[], %s::text[]))",
            [[kind for kind, _ in keys], [value for _, value in keys]],
        )


def lift_tombstones(keys: Iterable[Key]) -> int:
    """Let an erased person come back by these identifiers, as they asked; returns how many were lifted."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM customers_tombstone WHERE digest = ANY(%s)", [[tombstone_of(key) for key in keys]]
        )
        return int(cursor.rowcount)


def export_customer(customer_id: int) -> dict[str, Any]:
    """All that is kept of a person, as plain data."""
    customer = Customer.objects.select_related("stage").get(pk=customer_id)
    mine = {"customer_id": customer_id}
    record = {
        "id": str(customer.public_id),
        "traits": customer.traits,
        "language": customer.language,
        "country": customer.country,
        "time_zone": customer.time_zone,
        "stage": customer.stage.slug if customer.stage else None,
        "first_seen_at": customer.first_seen_at,
        "last_seen_at": customer.last_seen_at,
        "identities": list(
            Identity.objects.filter(**mine).order_by("id").values("kind", "value", "created_at")
        ),
        "consents": list(
            Consent.objects.filter(**mine)
            .order_by("channel", "topic")
            .values("channel", "topic", "is_granted", "source", "wording", "changed_at")
        ),
        "stages": list(
            StageMove.objects.filter(**mine)
            .order_by("id")
            .values("from_stage__slug", "to_stage__slug", "moved_at", "moved_by", "reason")
        ),
        "stages_by_hand": list(
            StageHold.objects.filter(**mine)
            .order_by("id")
            .values("stage__slug", "reason", "held_by", "held_at", "until", "ended_at", "ended_by")
        ),
        "segments": list(
            Membership.objects.filter(**mine, segment__is_internal=False)
            .order_by("id")
            .values("segment__slug", "entered_at", "left_at")
        ),
        "events": list(
            Event.objects.filter(**mine)
            .order_by("occurred_at", "id")
            .values("name", "occurred_at", "received_at", "properties")
        ),
        "suppressions": _suppressions_of(customer_id),
    }
    record |= {name: export(customer_id) for name, export in on_export.items()}
    exported: dict[str, Any] = msgspec.to_builtins(record)
    return exported


def _suppressions_of(customer_id: int) -> list[dict[str, Any]]:
    mine = Identity.objects.filter(customer_id=customer_id).values_list("value", flat=True)
    found = Suppression.objects.filter(value__in=mine).values("kind", "value", "reason", "created_at")
    return [dict(row) for row in found]
