"""Messages for many customers at once: one statement from a query of customers into the outbox."""

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from channels.models import Content
from config import work

# The conflict target is the index one_message_per_member: who was queued before is skipped, so a repeated
# launch adds only who is missing. The select scans the audience's index; 100,000 rows are a matter of
# seconds.
QUEUE = """
    INSERT INTO channels_message
        (customer_id, channel, content_id, topic, is_transactional, priority, source, source_id,
         state, due_at, expires_at, created_at)
    SELECT audience.customer_id, %s, %s, %s, %s, %s, 'broadcast', %s, 'queued', %s, %s, %s
    FROM ({audience}) AS audience (customer_id)
    ON CONFLICT (source_id, customer_id) WHERE source = 'broadcast' AND step = '' DO NOTHING
"""


def queue_for_customers(
    customer_ids: QuerySet[Any, Any],
    content: Content,
    *,
    broadcast_id: int,
    priority: int,
    expires_at: datetime | None,
    now: datetime,
) -> int:
    """Queue `content` for each customer that `customer_ids` yields (a query of one column); how many are new.

    In the caller's transaction; the dispatch of the content's channel is woken after its commit.
    """
    audience, audience_values = customer_ids.query.sql_with_params()
    message: list[Any] = [
        content.channel,
        content.pk,
        content.topic,
        content.is_transactional,
        priority,
        broadcast_id,
    ]
    with connection.cursor() as cursor:
        cursor.execute(QUEUE.format(audience=audience), [*message, now, expires_at, now, *audience_values])
        queued: int = cursor.rowcount
    work.wake(f"channels.dispatch_{content.channel}")
    return queued
