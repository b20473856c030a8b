"""Leases that ran out: their worker is gone, and nobody knows whether the provider got the message.

Where the provider knows ids again, the message goes back to the queue with its slot; elsewhere it is
uncertain, shown, and not sent again by itself. The lease is by the database's clock, and longer than a
provider may take.
"""

from datetime import datetime
from typing import Any

from django.db import connection, transaction

from channels.models import Channel
from channels.outbox import wake_channels
from channels.provider import providers
from channels.receipts import ATTEMPTS
from config import work

# Off the index message_leased, which holds only what is being sent.
DUE = """
    coalesce((SELECT min(lease_until) FROM channels_message WHERE state = 'sending')
             < clock_timestamp(), false)
"""
REAP = """
    WITH lost AS (
        SELECT id FROM channels_message WHERE state = 'sending' AND lease_until < clock_timestamp()
        ORDER BY lease_until LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), done AS (
        UPDATE channels_message AS m SET
            state = again.state, reason = CASE WHEN again.state = 'queued' THEN '' ELSE 'no_answer' END,
            due_at = CASE WHEN again.state = 'queued' THEN %(now)s END,
            closed_at = CASE WHEN again.state = 'uncertain' THEN %(now)s END,
            lease_until = NULL, lease_token = NULL
        FROM (
            SELECT id, CASE WHEN channel = ANY(%(idempotent)s) AND reason = '' AND attempts < %(attempts)s
                            THEN 'queued' ELSE 'uncertain' END AS state
            FROM channels_message WHERE id IN (SELECT id FROM lost)
        ) AS again
        WHERE m.id = again.id
        RETURNING m.id, m.enrollment_id, m.step, m.visit, m.state
    ), told AS (
        INSERT INTO channels_fatenotice (message_id, enrollment_id, step, visit, fate, fated_at)
        SELECT id, enrollment_id, step, visit, state, %(now)s FROM done
        WHERE enrollment_id IS NOT NULL AND state = 'uncertain'
        ON CONFLICT (message_id) DO NOTHING
    )
    SELECT count(*) FROM done
"""


def reap(now: datetime, limit: int = 1000) -> int:
    """Settle what workers that died were sending; returns how many messages."""
    idempotent = _idempotent_channels()
    values: dict[str, Any] = {"now": now, "limit": limit, "idempotent": idempotent, "attempts": ATTEMPTS}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(REAP, values)
        reaped = int(cursor.fetchone()[0])
        if reaped:
            work.wake("journeys.hear_fates")
            wake_channels(idempotent)
    return reaped


def _idempotent_channels() -> list[str]:
    rows = Channel.objects.values_list("kind", "provider")
    return [
        kind for kind, provider in rows if provider in providers and providers.get(provider).is_idempotent
    ]
