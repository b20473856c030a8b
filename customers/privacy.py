"""The end of a record, and its copy for the person whose it is.

The apps above register what is theirs from their `AppConfig.ready`: `on_erase.append(function)` (gets the
customers' ids and `now`, in the erasing transaction, customers locked; must leave nothing personal and no
row that names them), and `on_export["messages"] = function` (gets a customer's id, returns plain data).
Each table that names a customer is in both: tests/test_privacy.py looks for those that are not.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection, transaction
from django.db.models import Q, QuerySet

from customers.events import lock_events
from customers.imports.services import forget_people, rows_naming
from customers.linking import Key
from customers.locks import lock_customers
from customers.models import (
    Cart,
    CartLine,
    Consent,
    ConsentWord,
    Customer,
    DuplicatePair,
    Event,
    Identity,
    Membership,
    MergedCustomer,
    MergeRecord,
    News,
    Order,
    PendingConsent,
    PrivacyAct,
    StageHold,
    StageMove,
    Suppression,
)
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
    ((payload->>'customer_id')::bigint = ANY(%(ids)s)
       OR EXISTS (SELECT FROM jsonb_each_text(COALESCE(payload->'identities', '{}')) AS said(kind, value)
                  JOIN unnest(%(kinds)s::text[], %(values)s::text[]) AS gone(kind, value)
                    ON gone.kind = said.kind AND gone.value = btrim(said.value))
       OR EXISTS (SELECT FROM unnest(%(kinds)s::text[], %(values)s::text[]) AS gone(kind, value)
                  WHERE (gone.kind IN ('email', 'phone')
                         AND lower(btrim(payload->'traits'->>gone.kind)) = lower(gone.value))
                     OR (gone.kind IN ('anonymous_id', 'external_id') AND payload->>'previous_id' =
                     gone.value)))
"""
DROP = f"DELETE FROM customers_inboxrow WHERE {PENDING}"
WAITING = f"""
    SELECT kind, received_at::text, payload::text FROM customers_inboxrow WHERE {PENDING} ORDER BY id
"""
ERASE = (
    "DELETE FROM customers_event WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_order WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_cartline WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_cart WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_consent WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_consentword WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_pendingconsent WHERE customer_id = ANY(%s)",
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
    "DELETE FROM customers_news WHERE customer_id = ANY(%s)",
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


def erase_customers(customer_ids: Iterable[int], now: datetime, by: str = "") -> int:
    """Erase people: nothing personal stays, nothing late brings them back. Returns how many there were.

    `by`: who asks, for the record; empty: the product itself.
    """
    with transaction.atomic():
        lock_events()
        ids = lock_customers(customer_ids)
        if not ids:
            return 0
        keys = list(Identity.objects.filter(customer_id__in=ids).values_list("kind", "value"))
        _record(PrivacyAct.What.ERASED, ids, by, now)
        _bury(keys, now)
        _unsuppress(keys)
        for hook in on_erase:
            hook(ids, now)
        with connection.cursor() as cursor:
            columns = {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]}
            cursor.execute(DROP, {"ids": ids, **columns})
            forget_people(columns["values"])
            for statement in ERASE:
                cursor.execute(statement, [ids])
    return len(ids)


def _record(what: PrivacyAct.What, ids: Iterable[int], by: str, now: datetime) -> None:
    people = Customer.objects.filter(pk__in=list(ids)).order_by("pk").values_list("public_id", flat=True)
    PrivacyAct.objects.bulk_create(PrivacyAct(what=what, about=about, by=by, at=now) for about in people)


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


def hand_over_copy(customer_id: int, by: str, now: datetime) -> dict[str, Any]:
    """The same as `export_customer`, for somebody who asks for it; that they did is recorded."""
    with transaction.atomic():
        _record(PrivacyAct.What.COPIED, [customer_id], by, now)
        return export_customer(customer_id)


def export_customer(customer_id: int) -> dict[str, Any]:
    """All that is kept of a person, as plain data."""
    customer = Customer.objects.select_related("stage").get(pk=customer_id)
    mine = {"customer_id": customer_id}
    record = {
        "id": str(customer.public_id),
        "merged": _values(
            MergedCustomer.objects.filter(**mine), "old_public_id", "merged_at", order="old_id"
        ),
        "traits": customer.traits,
        "trait_times": customer.trait_times,
        "trait_errors": customer.trait_errors,
        "language": customer.language,
        "country": customer.country,
        "time_zone": customer.time_zone,
        "stage": customer.stage.slug if customer.stage else None,
        "first_seen_at": customer.first_seen_at,
        "last_seen_at": customer.last_seen_at,
        "identities": _values(Identity.objects.filter(**mine), "kind", "value", "created_at"),
        "consents": _values(
            Consent.objects.filter(**mine),
            "channel",
            "topic",
            "is_granted",
            "source",
            "wording",
            "changed_at",
        ),
        "consent_history": _values(
            ConsentWord.objects.filter(**mine),
            *("channel", "topic", "said", "source", "wording", "proof", "via__name", "said_at", "kept_at"),
        ),
        "consents_to_confirm": _values(
            PendingConsent.objects.filter(**mine), "channel", "topic", "source", "wording", "said_at"
        ),
        "stages": _values(
            StageMove.objects.filter(**mine),
            "from_stage__slug",
            "to_stage__slug",
            "moved_at",
            "moved_by",
            "reason",
        ),
        "stages_by_hand": _values(
            StageHold.objects.filter(**mine),
            *("stage__slug", "reason", "held_by", "held_at", "until", "ended_at", "ended_by"),
        ),
        "segments": _values(Membership.objects.filter(**mine), "segment__slug", "entered_at", "left_at"),
        "events": _values(
            Event.objects.filter(**mine),
            *("name", "occurred_at", "received_at", "properties", "source__name", "message_id"),
            order="occurred_at",
        ),
        "orders": _values(
            Order.objects.filter(**mine), "order_id", "occurred_at", "properties", order="occurred_at"
        ),
        "carts": _values(
            Cart.objects.filter(**mine), "opened_at", "told_at", "checkout_at", "coupon", "currency", "value"
        ),
        "cart_lines": _values(
            CartLine.objects.filter(**mine),
            *("product_id", "occurred_at", "ended_at", "quantity", "properties"),
            order="occurred_at",
        ),
        "merges": _values(
            MergeRecord.objects.filter(**mine),
            *("old_public_id", "kind", "value", "merged_at", "merged_by", "reason"),
            *("undone_at", "undone_by", "undone_reason"),
        ),
        "probable_duplicates": _values(
            DuplicatePair.objects.filter(Q(first_id=customer_id) | Q(second_id=customer_id)),
            *("probability", "evidence", "state", "found_at", "decided_at", "decided_by"),
        ),
        "news": _values(News.objects.filter(**mine), "what"),
        **_by_identifiers(customer_id),
    }
    record |= {name: export(customer_id) for name, export in on_export.items()}
    exported: dict[str, Any] = msgspec.to_builtins(record)
    return exported


def _values(rows: QuerySet[Any], *columns: str, order: str = "pk") -> list[dict[str, Any]]:
    return [dict(row) for row in rows.order_by(order, "pk").values(*columns)]


def _by_identifiers(customer_id: int) -> dict[str, Any]:
    """What names the person by an identifier alone: exclusions, calls and rows of files that wait."""
    keys = list(Identity.objects.filter(customer_id=customer_id).values_list("kind", "value"))
    kinds, values = [kind for kind, _ in keys], [value for _, value in keys]
    excluded = Suppression.objects.filter(value__in=values).order_by("pk")
    with connection.cursor() as cursor:
        cursor.execute(WAITING, {"ids": [customer_id], "kinds": kinds, "values": values})
        waiting = [dict(zip(("kind", "received_at", "call"), row, strict=True)) for row in cursor.fetchall()]
    return {
        "suppressions": list(excluded.values("kind", "value", "reason", "created_at")),
        "calls_that_wait": [row | {"call": json.loads(row["call"])} for row in waiting],
        "rows_of_files": rows_naming(values),
    }
