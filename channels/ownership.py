"""Whose messages they are: what becomes of them when customers are joined, erased, or ask for a copy.

Each function runs in the transaction of customers/merge.py or customers/privacy.py, with the customers
locked.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from channels.models import Callback, Message, Preference
from channels.outbox import wake_channels
from customers.merge import Merge, remember
from customers.unmerge import Unmerge

REMEMBER = """
    SELECT merge.old_id, jsonb_build_object(
        'theirs', (SELECT jsonb_agg(row.id) FROM channels_message AS row
                   WHERE row.customer_id = merge.old_id),
        'open', (SELECT coalesce(jsonb_agg(row.id), '[]') FROM channels_message AS row
                 WHERE row.customer_id IN (merge.old_id, merge.customer_id)
                   AND row.state IN ('queued', 'held')))::text
    FROM unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)
    WHERE EXISTS (SELECT FROM channels_message AS row WHERE row.customer_id = merge.old_id)
"""
PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)"

# One broadcast reaches one person once. Of the messages of two who were taken for two, the one that went,
# or the older, keeps its place; another that is open is closed; one that went too stays on record, under a
# step of its own.
SECOND_OF_BROADCAST = f"""
    UPDATE channels_message AS m SET
        step = 'merged ' || m.customer_id,
        state = CASE WHEN m.state IN ('queued', 'held') THEN 'suppressed' ELSE m.state END,
        reason = CASE WHEN m.state IN ('queued', 'held') THEN 'withdrawn' ELSE m.reason END,
        due_at = NULL,
        closed_at = CASE WHEN m.state IN ('queued', 'held') THEN %(now)s ELSE m.closed_at END
    FROM (
        SELECT id, row_number() OVER (
            PARTITION BY source_id, coalesce(merge.customer_id, row.customer_id)
            ORDER BY slot_at IS NULL, row.id
        ) AS place
        FROM channels_message AS row LEFT JOIN {PAIRS} ON merge.old_id = row.customer_id
        WHERE row.customer_id = ANY(%(old)s || %(kept)s) AND source = 'broadcast' AND step = ''
    ) AS ranked
    WHERE m.id = ranked.id AND place > 1
"""
MOVE = f"""
    UPDATE channels_message AS m SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE m.customer_id = merge.old_id
"""


def remember_messages(merges: Sequence[Merge], now: datetime) -> None:
    """Keep whose messages are whose, and which were open."""
    del now
    ids = {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, ids)
        remember("messages", {old_id: msgspec.Raw(told.encode()) for old_id, told in cursor.fetchall()})


def move_messages(merges: Sequence[Merge], now: datetime) -> None:
    """Give the messages of customers who turned out to be others to those."""
    values: dict[str, Any] = {
        "old": [merge.old_id for merge in merges],
        "kept": [merge.customer_id for merge in merges],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(SECOND_OF_BROADCAST, values)
        cursor.execute(MOVE, values)


BACK = """
    UPDATE channels_message SET customer_id = %(old)s WHERE customer_id = %(kept)s AND id = ANY(%(theirs)s)
"""
# The second of one broadcast has its place again, unless another one has it.
PLACE = """
    UPDATE channels_message AS m SET step = ''
    WHERE m.customer_id IN (%(old)s, %(kept)s) AND source = 'broadcast' AND step = 'merged ' || m.customer_id
      AND NOT EXISTS (SELECT FROM channels_message AS other
                      WHERE other.customer_id = m.customer_id AND other.source = 'broadcast'
                        AND other.source_id = m.source_id AND other.step = '')
"""
# What the merge closed is open again; the gate decides anew.
REOPEN = """
    UPDATE channels_message AS m
    SET state = CASE WHEN paused.id IS NULL THEN 'queued' ELSE 'held' END,
        reason = CASE WHEN paused.id IS NULL THEN '' ELSE 'paused' END, detail = '',
        due_at = CASE WHEN paused.id IS NULL THEN %(now)s::timestamptz END, closed_at = NULL
    FROM channels_message AS same LEFT JOIN channels_pausedsource AS paused
        ON paused.source = same.source AND paused.source_id = same.source_id
    WHERE m.id = ANY(%(open)s) AND same.id = m.id AND m.state = 'suppressed'
      AND m.reason IN ('exited', 'withdrawn') AND m.closed_at = %(merged_at)s
    RETURNING m.channel
"""


def unmerge_messages(undone: Unmerge, now: datetime) -> None:
    """Give messages back, and open those again that the merge had closed."""
    told = undone.remembered.get("messages", {"theirs": [], "open": []})
    values: dict[str, Any] = {
        "old": undone.old_id,
        "kept": undone.customer_id,
        "theirs": told["theirs"],
        "open": told["open"],
        "merged_at": undone.merged_at,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(BACK, values)
        cursor.execute(PLACE, values)
        cursor.execute(REOPEN, values)
        wake_channels({channel for (channel,) in cursor.fetchall()})


ERASE = (
    """
    DELETE FROM channels_callback
    WHERE message_id IN (SELECT id FROM channels_message WHERE customer_id = ANY(%s))
    """,
    """
    DELETE FROM channels_fatenotice
    WHERE message_id IN (SELECT id FROM channels_message WHERE customer_id = ANY(%s))
    """,
    "DELETE FROM channels_message WHERE customer_id = ANY(%s)",
    "DELETE FROM channels_preference WHERE customer_id = ANY(%s)",
)


REPORTED = ("message_id", "provider", "kind", "occurred_at", "received_at", "payload")


def erase_messages(customer_ids: Sequence[int], now: datetime) -> None:
    """Delete the messages of erased customers, what was reported of them, and their wishes."""
    del now
    with connection.cursor() as cursor:
        for statement in ERASE:
            cursor.execute(statement, [list(customer_ids)])


def export_messages(customer_id: int) -> list[dict[str, Any]]:
    """The messages to a customer, for their copy: what, when, what became of it, what was reported of it."""
    rows = Message.objects.filter(customer_id=customer_id).order_by("id")
    columns = ("channel", "content__slug", "topic", "state", "reason", "detail", "context", "created_at")
    more = ("sent_at", "delivered_at", "opened_at", "clicked_at")
    reported: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for report in Callback.objects.filter(message__customer_id=customer_id).order_by("pk").values(*REPORTED):
        reported[report.pop("message_id")].append(report)
    return [
        dict(row) | {"reports": reported[number]}
        for row in rows.values("id", *columns, *more)
        for number in [row.pop("id")]
    ]


def export_preferences(customer_id: int) -> list[dict[str, Any]]:
    """How often a customer wants to be written to, for their copy."""
    rows = Preference.objects.filter(customer_id=customer_id)
    return [dict(row) for row in rows.values("every_days", "paused_until", "changed_at")]
