"""Trying messages again that their provider failed five times: by hand, once it is well again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

from channels.models import Message, MessageState, Reason
from channels.outbox import wake_channels
from customers.locks import lock_customers

# Nothing went out: each attempt was answered. The gate decides anew, with five attempts; what is too late by
# now is not sent. An enrollment has long gone on by the fate that it was told, and is not told again.
AGAIN = """
    UPDATE channels_message AS m SET
        state = CASE WHEN is_paused THEN 'held' ELSE 'queued' END,
        reason = CASE WHEN is_paused THEN 'paused' ELSE '' END, detail = '', attempts = 0,
        due_at = CASE WHEN is_paused THEN NULL ELSE %(now)s END, closed_at = NULL, provider_id = ''
    FROM (
        SELECT id, EXISTS (SELECT FROM channels_pausedsource AS paused
                           WHERE paused.source = failed.source AND paused.source_id = failed.source_id)
               AS is_paused
        FROM channels_message AS failed WHERE id = ANY(%(ids)s)
    ) AS one
    WHERE m.id = one.id AND state = 'failed' AND reason = 'exhausted'
    RETURNING channel
"""


def send_again(message_ids: Sequence[int], now: datetime) -> int:
    """Queue those of the messages again that the provider failed again and again; returns how many."""
    failed = Message.objects.filter(pk__in=message_ids, state=MessageState.FAILED, reason=Reason.EXHAUSTED)
    with transaction.atomic(), connection.cursor() as cursor:
        lock_customers(sorted(set(failed.values_list("customer_id", flat=True))))
        cursor.execute(AGAIN, {"ids": list(message_ids), "now": now})
        channels = [channel for (channel,) in cursor.fetchall()]
        wake_channels(set(channels))
    return len(channels)
