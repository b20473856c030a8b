"""Two rows, one person: all that hangs on the one goes to the other, and is remembered (`unmerge`).

The apps above register what is theirs from their `AppConfig.ready`: `on_merge.append(function)`. Each
function gets the merges of a batch and `now`, in the transaction that makes them and with the customers
locked, and must leave no row that names an `old_id`. One of `before_merge` hands what is needed to undo that
to `remember`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from customers.copying import texts
from customers.records import load_profiles, save_profiles, text_of
from customers.survivorship import load_rules


class Merge(NamedTuple):
    """`old_id` turned out to be `customer_id`."""

    old_id: int
    customer_id: int


class Cause(NamedTuple):
    """Why two are merged: the call and the identifier that named both, or the person and the reason."""

    by: str = ""
    reason: str = ""
    source_id: int | None = None
    message_id: str = ""
    kind: str = ""
    value: str = ""


Hook = Callable[[Sequence[Merge], datetime], None]
before_merge: list[Hook] = []  # while all is as it was, to remember it
on_merge: list[Hook] = []

# As the rows are before the merge. What a merge hands over unchanged is remembered by its ids.
RECORD = """
    INSERT INTO customers_mergerecord (old_id, old_public_id, customer_id, merged_at, merged_by, reason,
        source_id, message_id, kind, value, remembered)
    SELECT merge.old_id, old.public_id, merge.customer_id, %(now)s, merge.by, merge.reason,
        merge.source_id, merge.message_id, merge.kind, merge.value,
        jsonb_build_object(
            'old', to_jsonb(old), 'kept', to_jsonb(kept),
            'consents', (SELECT coalesce(jsonb_agg(row), '[]') FROM customers_consent AS row
                         WHERE row.customer_id IN (merge.old_id, merge.customer_id)),
            'pending', (SELECT coalesce(jsonb_agg(row), '[]') FROM customers_pendingconsent AS row
                        WHERE row.customer_id IN (merge.old_id, merge.customer_id)),
            'stays', (SELECT coalesce(jsonb_agg(row), '[]') FROM customers_membership AS row
                      WHERE row.customer_id = merge.old_id
                         OR row.customer_id = merge.customer_id AND row.left_at IS NULL),
            'holds', (SELECT coalesce(jsonb_agg(row), '[]') FROM customers_stagehold AS row
                      WHERE row.customer_id = merge.old_id),
            'moves', (SELECT coalesce(jsonb_agg(row.id), '[]') FROM customers_stagemove AS row
                      WHERE row.customer_id = merge.old_id))
    FROM unnest(%(old)s::bigint[], %(kept)s::bigint[], %(by)s::text[], %(reason)s::text[],
            %(source)s::bigint[], %(message)s::text[], %(kind)s::text[], %(value)s::text[])
        AS merge (old_id, customer_id, by, reason, source_id, message_id, kind, value)
    JOIN customers_customer AS old ON old.id = merge.old_id
    JOIN customers_customer AS kept ON kept.id = merge.customer_id
"""
REMEMBER = """
    UPDATE customers_mergerecord AS record
    SET remembered = record.remembered || jsonb_build_object(%(part)s::text, new.told)
    FROM unnest(%(old)s::bigint[], %(told)s::jsonb[]) AS new (old_id, told)
    WHERE record.old_id = new.old_id AND record.undone_at IS NULL
"""


def remember(part: str, told: Mapping[int, Any]) -> None:
    """Keep with each merge, by its `old_id`, what a part of the product needs to undo it (as JSON)."""
    if told:
        with connection.cursor() as cursor:
            values: dict[str, Any] = {
                "part": part,
                "old": list(told),
                "told": texts(map(text_of, told.values())),
            }
            cursor.execute(REMEMBER, values)


PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge(old_id, customer_id)"

# Of two words on the same channel and topic the refusal stays; otherwise the later one.
MOVES = (
    f"""
    UPDATE customers_identity AS row
    SET customer_id = merge.customer_id, origin_id = coalesce(row.origin_id, merge.old_id)
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    UPDATE customers_event AS row
    SET customer_id = merge.customer_id, origin_id = coalesce(row.origin_id, merge.old_id)
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    UPDATE customers_stagemove AS row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    # One hold at a time: the one of who stays, else the newest; classifying then moves to its stage.
    f"""
    WITH lasting AS (
        SELECT row.id, row_number() OVER (
            PARTITION BY COALESCE(merge.customer_id, row.customer_id)
            ORDER BY merge.customer_id IS NULL DESC, row.held_at DESC, row.id DESC
        ) AS place
        FROM customers_stagehold AS row LEFT JOIN {PAIRS} ON merge.old_id = row.customer_id
        WHERE row.ended_at IS NULL AND row.customer_id = ANY(%(old)s || %(kept)s)
    )
    UPDATE customers_stagehold SET ended_at = %(now)s
    WHERE id IN (SELECT id FROM lasting WHERE place > 1)
    """,
    f"""
    UPDATE customers_stagehold AS row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT DISTINCT ON (merge.customer_id, channel, topic)
           merge.customer_id, channel, topic, is_granted, source, wording, changed_at
    FROM {PAIRS} JOIN customers_consent AS row ON row.customer_id = merge.old_id
    ORDER BY merge.customer_id, channel, topic, is_granted, changed_at DESC
    ON CONFLICT (customer_id, channel, topic) DO UPDATE
    SET is_granted = excluded.is_granted, source = excluded.source, wording = excluded.wording,
        changed_at = excluded.changed_at
    WHERE (excluded.is_granted, customers_consent.changed_at)
        < (customers_consent.is_granted, excluded.changed_at)
    """,
    "DELETE FROM customers_consent WHERE customer_id = ANY(%(old)s)",
    f"""
    UPDATE customers_consentword AS row
    SET customer_id = merge.customer_id, origin_id = coalesce(row.origin_id, merge.old_id)
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    INSERT INTO customers_pendingconsent (customer_id, channel, topic, source, wording, said_at, ask_at)
    SELECT DISTINCT ON (merge.customer_id, channel, topic)
           merge.customer_id, channel, topic, source, wording, said_at, ask_at
    FROM {PAIRS} JOIN customers_pendingconsent AS row ON row.customer_id = merge.old_id
    ORDER BY merge.customer_id, channel, topic, said_at DESC
    ON CONFLICT (customer_id, channel, topic) DO NOTHING
    """,
    "DELETE FROM customers_pendingconsent WHERE customer_id = ANY(%(old)s)",
    # One stay at a time: of the stays that are open now, the earliest remains.
    f"""
    WITH stay AS (
        SELECT row.id, row_number() OVER (
            PARTITION BY COALESCE(merge.customer_id, row.customer_id), row.segment_id
            ORDER BY row.entered_at, row.id
        ) AS place
        FROM customers_membership AS row LEFT JOIN {PAIRS} ON merge.old_id = row.customer_id
        WHERE row.left_at IS NULL AND row.customer_id = ANY(%(old)s || %(kept)s)
    )
    DELETE FROM customers_membership WHERE id IN (SELECT id FROM stay WHERE place > 1)
    """,
    f"""
    UPDATE customers_membership AS row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    UPDATE customers_customer AS kept
    SET first_seen_at = least(kept.first_seen_at, old.first_seen_at),
        last_seen_at = greatest(kept.last_seen_at, old.last_seen_at),
        stage_id = COALESCE(kept.stage_id, old.stage_id),
        stage_since = COALESCE(kept.stage_since, old.stage_since)
    FROM (
        SELECT merge.customer_id, min(first_seen_at) AS first_seen_at, max(last_seen_at) AS last_seen_at,
               (array_agg(stage_id ORDER BY stage_since DESC NULLS LAST))[1] AS stage_id,
               max(stage_since) AS stage_since
        FROM {PAIRS} JOIN customers_customer AS row ON row.id = merge.old_id GROUP BY 1
    ) AS old
    WHERE kept.id = old.customer_id
    """,
    f"""
    UPDATE customers_mergedcustomer AS row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    INSERT INTO customers_mergedcustomer (old_id, old_public_id, customer_id, merged_at)
    SELECT row.id, row.public_id, merge.customer_id, %(now)s
    FROM {PAIRS} JOIN customers_customer AS row ON row.id = merge.old_id
    """,
)


def merge_customers(merges: Sequence[Merge], now: datetime, causes: Sequence[Cause] = ()) -> None:
    """Join customers, in the caller's transaction, under the events' lock and theirs; `causes`: why each."""
    if not merges:
        return
    old, kept = [merge.old_id for merge in merges], [merge.customer_id for merge in merges]
    _record(merges, causes or [Cause()] * len(merges), now)
    for hook in before_merge:
        hook(merges, now)
    _join_profiles(merges)
    with connection.cursor() as cursor:
        for statement in MOVES:
            cursor.execute(statement, {"old": old, "kept": kept, "now": now})
    for hook in on_merge:
        hook(merges, now)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_customer WHERE id = ANY(%s)", [old])


def _record(merges: Sequence[Merge], causes: Sequence[Cause], now: datetime) -> None:
    values: dict[str, Any] = {
        "old": [merge.old_id for merge in merges],
        "kept": [merge.customer_id for merge in merges],
        "by": [cause.by for cause in causes],
        "reason": [cause.reason for cause in causes],
        "source": [cause.source_id for cause in causes],
        "message": [cause.message_id for cause in causes],
        "kind": [cause.kind for cause in causes],
        "value": [cause.value for cause in causes],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)


def _join_profiles(merges: Sequence[Merge]) -> None:
    rules = load_rules()
    profiles = load_profiles([customer_id for merge in merges for customer_id in merge])
    for merge in merges:
        profiles[merge.customer_id].absorb(profiles[merge.old_id], merge.old_id, rules)
    save_profiles({merge.customer_id: profiles[merge.customer_id] for merge in merges})
