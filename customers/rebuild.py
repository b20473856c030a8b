"""Classifying again: customers whom time alone may have moved, and everybody after a rule was changed.

Both are pieces of work that do one batch in one transaction: nobody waits long for the events' lock, and a
worker that dies has lost one batch. How far a rebuild has come stands in the rows, which are claimed
FOR NO KEY UPDATE: the drain, for whose events' lock we then wait, must be able to refer to them.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from config import work
from customers.classify import classify, classify_by
from customers.definitions import STAGE, segment_name
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Customer, Segment, Stage

CHUNK = 5000
DUE = "SELECT id FROM customers_customer WHERE recheck_at <= %s ORDER BY recheck_at LIMIT %s"
RECHECK_DUE = "coalesce((SELECT min(recheck_at) FROM customers_customer) <= %(now)s, false)"
REBUILD_DUE = """
    (EXISTS (SELECT FROM customers_stage WHERE changed_at IS NOT NULL AND rebuilt_at IS NULL)
     OR EXISTS (SELECT FROM customers_segment
                WHERE archived_at IS NULL AND changed_at IS NOT NULL AND rebuilt_at IS NULL))
"""
# Who was asked is not asked again at the same moment, also where nothing is left to ask.
LOOKED = "UPDATE customers_customer SET recheck_at = NULL WHERE id = ANY(%s) AND recheck_at <= %s"


@work.redoable()
def recheck(now: datetime, limit: int = 2000) -> int:
    """Classify customers whose `recheck_at` has come, the longest overdue first; returns how many."""
    lock_events()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, limit])
        ids = lock_customers(row[0] for row in cursor.fetchall())
        if ids:
            classify(ids, now)
            cursor.execute(LOOKED, [ids, now])
    return len(ids)


@work.redoable()
def rebuild(now: datetime, limit: int = CHUNK) -> int:
    """One chunk of customers for one changed definition that nobody else works on; 0: there is none."""
    stages = list(
        Stage.objects.filter(changed_at__isnull=False, rebuilt_at=None).select_for_update(
            skip_locked=True, no_key=True
        )
    )
    if stages:
        return _rebuild(STAGE, stages, now, limit)
    segments = Segment.objects.filter(archived_at=None, changed_at__isnull=False, rebuilt_at=None)
    segment = segments.select_for_update(skip_locked=True, no_key=True).order_by("changed_at").first()
    return _rebuild(segment_name(segment.slug), [segment], now, limit) if segment else 0


def _rebuild(name: str, rows: Sequence[Stage] | Sequence[Segment], now: datetime, limit: int) -> int:
    """The next chunk of customers by id; marks the rows (seven at most) with how far it has come."""
    start = min(row.rebuilt_to for row in rows)
    lock_events()
    chunk = Customer.objects.filter(pk__gt=start).order_by("pk").values_list("pk", flat=True)[:limit]
    ids = lock_customers(chunk)
    if ids:
        classify_by({name}, ids, now)
    for row in rows:
        row.rebuilt_to = ids[-1] if ids else start
        row.rebuilt_at = now if len(ids) < limit else None
        row.save(update_fields=["rebuilt_to", "rebuilt_at"])
    return len(ids) or 1
