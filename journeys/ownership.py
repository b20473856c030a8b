"""Whose enrollments they are: what becomes of them when customers are joined, erased, or ask for a copy.

Each function runs in the transaction of customers/merge.py or customers/privacy.py, with the customers
locked, and before that of the channels: enrollments that the engine holds are waited for, and may have
brought a last message.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from channels import outbox
from channels.models import Reason
from customers.merge import Merge
from journeys.models import Enrollment

PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)"

# Of two live enrollments in the same journey about the same key, the one that entered first goes on.
END = f"""
    WITH inside AS MATERIALIZED (
        SELECT row.id, row.journey_id, row.key, row.entered_at,
            coalesce(merge.customer_id, row.customer_id) AS person
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
    """Hand over the enrollments of merged customers, in the transaction that merges them."""
    ids = {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
    with connection.cursor() as cursor:
        cursor.execute(END, ids | {"now": now})
        ended = [row[0] for row in cursor.fetchall()]
        cursor.execute(MOVE, ids)
        cursor.execute(MOVE_LOG, ids)
    if ended:
        outbox.withdraw(ended, Reason.EXITED, "merged", now)


ERASE = (
    "DELETE FROM journeys_enrollment WHERE customer_id = ANY(%s)",
    "DELETE FROM journeys_steplog WHERE customer_id = ANY(%s)",
)


def erase_enrollments(customer_ids: Sequence[int], now: datetime) -> None:
    """Delete the enrollments of erased customers, and the steps that they passed."""
    del now
    with connection.cursor() as cursor:
        for statement in ERASE:
            cursor.execute(statement, [list(customer_ids)])


def export_enrollments(customer_id: int) -> list[dict[str, Any]]:
    """The journeys of a customer, for their copy: which, why, and how far."""
    rows = Enrollment.objects.filter(customer_id=customer_id).order_by("id")
    columns = ("journey__slug", "key", "context", "step", "entered_at", "ended_at", "exit_reason")
    return [dict(row) for row in rows.values(*columns)]
