"""Two rows, one person: all that hangs on the one goes to the other.

The apps above register what is theirs from their `AppConfig.ready`: `on_merge.append(function)`. Each
function gets the merges of a batch and `now`, in the transaction that makes them and with the customers
locked, and must leave no row that names an `old_id`.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from customers.profile import load_profiles, save_profiles


class Merge(NamedTuple):
    """`old_id` turned out to be `customer_id`."""

    old_id: int
    customer_id: int


on_merge: list[Callable[[Sequence[Merge], datetime], None]] = []

PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge(old_id, customer_id)"

# Of two words on the same channel and topic the refusal stays; otherwise the later one.
MOVES = (
    f"""
    UPDATE customers_identity AS row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
    """,
    f"""
    UPDATE customers_event AS row SET customer_id = merge.customer_id
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
    UPDATE customers_consentword AS row SET customer_id = merge.customer_id
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


def merge_customers(merges: Sequence[Merge], now: datetime) -> None:
    """Join customers, in the caller's transaction, under the events' lock and theirs."""
    if not merges:
        return
    _join_profiles(merges)
    old, kept = [merge.old_id for merge in merges], [merge.customer_id for merge in merges]
    with connection.cursor() as cursor:
        for statement in MOVES:
            cursor.execute(statement, {"old": old, "kept": kept, "now": now})
    for hook in on_merge:
        hook(merges, now)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_customer WHERE id = ANY(%s)", [old])


def _join_profiles(merges: Sequence[Merge]) -> None:
    profiles = load_profiles([customer_id for merge in merges for customer_id in merge])
    for merge in merges:
        profiles[merge.customer_id].absorb(profiles[merge.old_id])
    save_profiles({merge.customer_id: profiles[merge.customer_id] for merge in merges})
