"""Changing caps and quiet hours: what they held back goes to the gate again at once."""

from datetime import datetime

from django.db import connection, transaction

from channels.models import Cap, QuietHours
from channels.outbox import wake_channels

# Off the index message_due, which has the open messages only. What is locked is being decided by the new
# rules.
RELEASE = """
    UPDATE channels_message SET due_at = %(now)s WHERE id = ANY(ARRAY(
        SELECT id FROM channels_message
        WHERE due_at > %(now)s AND state = 'held' AND reason IN ('cap', 'own_wish', 'priority', 'quiet_hours')
        FOR UPDATE SKIP LOCKED))
    RETURNING channel
"""


def save_limit(limit: Cap | QuietHours, now: datetime) -> None:
    """Keep a cap or quiet hours, in force from now on: earlier messages are not held against a cap."""
    if isinstance(limit, Cap):
        limit.changed_at = now
    with transaction.atomic():
        limit.save()
        release_held(now)


def delete_limit(limit: Cap | QuietHours, now: datetime) -> None:
    """Do away with a cap or quiet hours."""
    with transaction.atomic():
        limit.delete()
        release_held(now)


def release_held(now: datetime) -> int:
    """Let the gate look again at all that caps and quiet hours hold back; how many messages."""
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, {"now": now})
        channels = [channel for (channel,) in cursor.fetchall()]
    wake_channels(set(channels))
    return len(channels)
