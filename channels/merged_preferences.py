"""Two customers, one person: the stricter of what each has wished; and each one's own wishes again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from customers.merge import Merge, remember
from customers.unmerge import Unmerge

PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)"
REMEMBER = f"""
    SELECT merge.old_id, jsonb_agg(row)::text
    FROM {PAIRS} JOIN channels_preference AS row ON row.customer_id IN (merge.old_id, merge.customer_id)
    GROUP BY merge.old_id
"""
# The longer pause, the fewer messages.
MOVE = f"""
    INSERT INTO channels_preference (customer_id, every_days, paused_until, changed_at)
    SELECT merge.customer_id, max(every_days), max(paused_until), max(changed_at)
    FROM {PAIRS} JOIN channels_preference AS row ON row.customer_id = merge.old_id
    GROUP BY merge.customer_id
    ON CONFLICT (customer_id) DO UPDATE
    SET every_days = greatest(channels_preference.every_days, excluded.every_days),
        paused_until = greatest(channels_preference.paused_until, excluded.paused_until),
        changed_at = greatest(channels_preference.changed_at, excluded.changed_at)
"""
LEAVE = "DELETE FROM channels_preference WHERE customer_id = ANY(%(old)s)"
# What was said since the merge stays as it is, with whom it was said to.
FORGET = """
    DELETE FROM channels_preference WHERE customer_id = %(kept)s AND changed_at <= %(merged_at)s
"""
GIVE_BACK = """
    INSERT INTO channels_preference
    SELECT was.* FROM jsonb_populate_recordset(NULL::channels_preference, %(told)s::jsonb) AS was
    WHERE was.customer_id IN (%(old)s, %(kept)s)
    ON CONFLICT (customer_id) DO NOTHING
"""


def remember_preferences(merges: Sequence[Merge], now: datetime) -> None:
    """Keep what each of them had wished."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, _ids(merges))
        remember("preferences", {old_id: msgspec.Raw(told.encode()) for old_id, told in cursor.fetchall()})


def move_preferences(merges: Sequence[Merge], now: datetime) -> None:
    """Join the wishes of customers who turned out to be others to theirs."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(MOVE, _ids(merges))
        cursor.execute(LEAVE, _ids(merges))


def part_preferences(undone: Unmerge, now: datetime) -> None:
    """Give each the wishes of before; of who stays, the newer ones."""
    del now
    values: dict[str, Any] = {
        "old": undone.old_id,
        "kept": undone.customer_id,
        "merged_at": undone.merged_at,
        "told": msgspec.json.encode(undone.remembered.get("preferences", [])).decode(),
    }
    with connection.cursor() as cursor:
        cursor.execute(FORGET, values)
        cursor.execute(GIVE_BACK, values)


def _ids(merges: Sequence[Merge]) -> dict[str, Any]:
    return {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
