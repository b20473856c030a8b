"""When two customers turn out to be one: their enrollments become the one's. Registered with `customers.identity`."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from channels import outbox
from channels.models import Reason
from customers.identity import Merge

PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)"

# Of two live enrollments in the same journey about the same key, the one that entered first goes on.
END = f"""
    WITH inside AS MATERIALIZED (
        SELECT row.id, row.journey_id, row.key, row.entered_at, coalesce(merge.customer_id, row.customer_id) AS person
        FROM journeys_enrollment row LEFT JOIN {PAIRS} ON merge.old_id = row.customer_id
        WHERE row.customer_id = ANY(%(old)s || %(kept)s) AND row.standing <> 'ended'
        ORDER BY row.id FOR UPDATE OF row
    ), numbered AS (
        SELECT id, row_number() OVER (PARTITION BY person, journey_id, key ORDER BY entered_at, id) AS number
        FROM inside
    )
    UPDATE journeys_enrollment row
    SET standing = 'ended', due_at = NULL, awaits = '', ended_at = %(now)s, exit_reason = 'merged',
        is_on_hold = false, error = ''
    FROM numbered WHERE row.id = numbered.id AND numbered.number > 1
    RETURNING row.id
"""
MOVE = f"""
    UPDATE journeys_enrollment row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
"""
MOVE_LOG = f"""
    UPDATE journeys_steplog row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
"""


def merge_enrollments(merges: Sequence[Merge], now: datetime) -> None:
    """Hand over the enrollments of merged customers, in the transaction that merges them and under their locks."""
    ids = {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
    with connection.cursor() as cursor:
        cursor.execute(END, ids | {"now": now})
        ended = [row[0] for row in cursor.fetchall()]
        cursor.execute(MOVE, ids)
        cursor.execute(MOVE_LOG, ids)
    if ended:
        outbox.withdraw(ended, Reason.EXITED, "merged", now)
