"""Whose messages they are: what becomes of them when customers are joined, erased, or ask for a copy.

Each function runs in the transaction of customers/merge.py or customers/privacy.py, with the customers
locked.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from channels.models import Callback, Message, Preference
from customers.merge import Merge

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

# What either has wished, the stricter of it: the longer pause, the fewer messages.
MOVE_PREFERENCES = f"""
    INSERT INTO channels_preference (customer_id, every_days, paused_until, changed_at)
    SELECT merge.customer_id, max(every_days), max(paused_until), max(changed_at)
    FROM {PAIRS} JOIN channels_preference AS row ON row.customer_id = merge.old_id
    GROUP BY merge.customer_id
    ON CONFLICT (customer_id) DO UPDATE
    SET every_days = greatest(channels_preference.every_days, excluded.every_days),
        paused_until = greatest(channels_preference.paused_until, excluded.paused_until),
        changed_at = greatest(channels_preference.changed_at, excluded.changed_at)
"""


def move_messages(merges: Sequence[Merge], now: datetime) -> None:
    """Give the messages and wishes of customers who turned out to be others to those."""
    values: dict[str, Any] = {
        "old": [merge.old_id for merge in merges],
        "kept": [merge.customer_id for merge in merges],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(SECOND_OF_BROADCAST, values)
        cursor.execute(MOVE, values)
        cursor.execute(MOVE_PREFERENCES, values)
        cursor.execute("DELETE FROM channels_preference WHERE customer_id = ANY(%(old)s)", values)


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
