"""How customers leave journeys by somebody else's word: the one way, whoever says it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from channels import outbox
from channels.models import Reason
from customers.services import lock_customers
from journeys import news
from journeys.tallies import End, count_ends
from journeys.walk import LEFT

CUSTOMERS = "SELECT DISTINCT customer_id FROM journeys_enrollment WHERE id = ANY(%s)"
EXIT = """
    WITH inside AS MATERIALIZED (
        SELECT id, reason FROM unnest(%(ids)s::bigint[], %(reasons)s::text[]) AS leaving (enrollment, reason)
        JOIN journeys_enrollment ON id = enrollment AND standing <> 'ended'
        ORDER BY id FOR UPDATE OF journeys_enrollment
    )
    UPDATE journeys_enrollment row
    SET standing = 'ended', fate = %(fate)s, due_at = NULL, awaits = '{}', ended_at = %(now)s,
        exit_reason = inside.reason, is_on_hold = false, error = '', lacks = ''
    FROM inside WHERE row.id = inside.id
    RETURNING row.id, row.version_id, row.step, row.exit_reason, row.ended_at, row.reached_at, row.fate
"""


@transaction.atomic(savepoint=False)
def exit_enrollments(enrollment_ids: Sequence[int], reason: str, now: datetime, fate: str = LEFT) -> int:
    """Let customers leave their journeys; what they were to get is withdrawn. Returns how many left.

    `fate` is empty where the log has the step at which they stood.
    """
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMERS, [list(enrollment_ids)])
        lock_customers(row[0] for row in cursor.fetchall())
    return end_enrollments(dict.fromkeys(enrollment_ids, reason), now, fate)


def end_enrollments(reasons: Mapping[int, str], now: datetime, fate: str = LEFT) -> int:
    """The same, for each its own reason. The caller holds the customers' locks."""
    if not reasons:
        return 0
    leaving: dict[str, Any] = {"ids": list(reasons), "reasons": [reason[:60] for reason in reasons.values()]}
    with connection.cursor() as cursor:
        cursor.execute(EXIT, leaving | {"now": now, "fate": fate})
        ended = cursor.fetchall()
    left = [row[0] for row in ended]
    count_ends(Counter(End(*row[1:]) for row in ended))
    outbox.withdraw({of: reasons[of] for of in left}, Reason.EXITED, now)
    news.tell(news.ENDED, left, now)
    return len(left)
