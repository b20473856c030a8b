"""What time alone does among very many memberships: how late a due one ends, and what waiting for it costs.

Everybody is in one segment, which each will leave at a moment of their own; some are made to leave soon.
"""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection

from benchmarks.figure import Figure, quantile
from benchmarks.installation import Installation, NotDoneError
from benchmarks.size import Size
from customers.models import Segment

SLUG = "bench-seen"
SPAN = timedelta(days=400)
RULE = {"field": "seen", "which": "last", "operator": "within_last", "value": "P400D"}
PATIENCE = 60.0
JOIN = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT %s, id, last_seen_at FROM customers_customer
"""
TIME = "UPDATE customers_customer SET recheck_at = last_seen_at + %s"
SOON = """
    UPDATE customers_customer AS customer
    SET recheck_at = due.at, last_seen_at = due.at - %(span)s
    FROM (SELECT id, %(start)s::timestamptz + row_number() OVER (ORDER BY id) * %(step)s::interval AS at
          FROM customers_customer ORDER BY id LIMIT %(many)s) AS due
    WHERE customer.id = due.id RETURNING customer.id, due.at
"""
LEFT = """
    SELECT max(id), array_agg(customer_id) FILTER (WHERE name = '$segment_left')
    FROM customers_event WHERE id > %s
"""
READ = """
    SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)), 0) FROM pg_stat_user_tables
    WHERE relname LIKE 'customers%%'
"""


def prepare(now: datetime) -> None:
    """Everybody's membership, and when each ends."""
    segment = Segment.objects.create(slug=SLUG, name=SLUG, rule=RULE, changed_at=now, rebuilt_at=now)
    with connection.cursor() as cursor:
        cursor.execute(JOIN, [segment.pk])
        cursor.execute(TIME, [SPAN])
        cursor.execute("VACUUM (ANALYZE) customers_customer, customers_membership")
        cursor.execute("CHECKPOINT")


def measure(installation: Installation, size: Size) -> list[Figure]:
    """Rows read while nothing is due, then how long after its moment each of those who are due has left."""
    installation.wait_until_quiet()
    idle = _rows_read(size.rest)
    lags = _lags(size.due, size.over)
    return [
        Figure("clock_idle", idle, "rows/s"),
        Figure("clock_lag_p99", quantile(lags, 0.99), "ms"),
        Figure("clock_lag_max", max(lags), "ms"),
    ]


def _rows_read(seconds: int) -> float:
    time.sleep(seconds)  # what was read before is counted by now
    before = _asked(READ)
    time.sleep(seconds)
    return (_asked(READ) - before) / seconds


def _asked(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])


def _lags(many: int, over: int) -> list[float]:
    last_id = _asked("SELECT coalesce(max(id), 0) FROM customers_event")
    start = datetime.now(UTC) + timedelta(seconds=3)
    values = {"span": SPAN, "start": start, "step": timedelta(seconds=over) / many, "many": many}
    came: dict[int, float] = {}
    deadline = time.monotonic() + over + PATIENCE
    with connection.cursor() as cursor:
        cursor.execute(SOON, values)
        due: dict[int, datetime] = dict(cursor.fetchall())
        while len(came) < many:
            cursor.execute(LEFT, [last_id])
            newest, ids = cursor.fetchone()
            last_id = newest or last_id
            came |= dict.fromkeys(ids or (), time.time())
            if time.monotonic() > deadline:
                raise NotDoneError(f"{NotDoneError.__doc__} {many - len(came)} did not leave.")
            time.sleep(0.02)
    return [1000 * (came[of] - at.timestamp()) for of, at in due.items()]
