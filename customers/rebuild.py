"""Classifying again: customers whom time alone may have moved, and everybody after a rule was changed.

Each is a piece of work that does one batch in one transaction: nobody waits long for the events' lock, and a
worker that dies has lost one batch. How far a rebuild has come stands in the rows, which are claimed
FOR NO KEY UPDATE: the drain, for whose events' lock we then wait, must be able to refer to them.
"""

import logging
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import OperationalError, connection
from psycopg.errors import QueryCanceled

from config import work
from customers.classify import classify, classify_by
from customers.definitions import STAGE, load_definitions, segment_name, slug_of
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Customer, Segment, Stage
from customers.pace import Stride
from customers.ranges import remake
from customers.rules import Depends, Rule
from customers.segments import lock_definitions

logger = logging.getLogger(__name__)

CHUNK = 5000
BATCH = 2000  # customers who are looked at again
PATIENCE = "5s"  # for one range of customers, while others wait for the events' lock
DUE = "SELECT id FROM customers_customer WHERE recheck_at <= %s ORDER BY recheck_at LIMIT %s"
RECHECK_DUE = "coalesce((SELECT min(recheck_at) FROM customers_customer) <= %(now)s, false)"
REBUILD_DUE = """
    (EXISTS (SELECT FROM customers_stage WHERE changed_at IS NOT NULL AND rebuilt_at IS NULL)
     OR EXISTS (SELECT FROM customers_segment
                WHERE archived_at IS NULL AND changed_at IS NOT NULL AND rebuilt_at IS NULL
                  AND stalled_at IS NULL))
"""
# Who was asked is not asked again at the same moment, also where nothing is left to ask.
LOOKED = "UPDATE customers_customer SET recheck_at = NULL WHERE id = ANY(%s) AND recheck_at <= %s"
RANGE = """
    SELECT count(*), coalesce(max(id), %s)
    FROM (SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s) AS next
"""

_stride = Stride()


@work.redoable()
def recheck(now: datetime, limit: int = BATCH) -> int:
    """Classify customers whose `recheck_at` has come, the longest overdue first; returns how many."""
    lock_events()
    with connection.cursor() as cursor:
        cursor.execute(DUE, [now, limit])
        ids = lock_customers(row[0] for row in cursor.fetchall())
        if ids:
            classify(ids, now)
            cursor.execute(LOOKED, [ids, now])
    return len(ids)


def rebuild(now: datetime, limit: int | None = None) -> int:
    """Some customers for one changed definition that nobody else works on; 0: there is none.

    `limit`: how many customers at most; None: as many as others can wait for.
    """
    with work.redoable():
        if stages := _claimed_stages():
            return _rebuild_stages(stages, now, limit or CHUNK)
    return _rebuild_segment(now, limit or _stride.rows)


def ask_anew(changed: Depends, now: datetime) -> None:
    """Have those segments and stages asked of everybody that read something of `changed`."""
    lock_definitions()
    names = {one.name for one in chain(*load_definitions()) if one.depends.meets(changed)}
    anew: dict[str, Any] = {"changed_at": now, "rebuilt_at": None, "rebuilt_to": 0}
    Segment.objects.filter(slug__in=map(slug_of, names - {STAGE})).update(**anew, stalled_at=None)
    if STAGE in names:
        Stage.objects.filter(changed_at__isnull=False).update(**anew)
    if names:
        work.wake("customers.rebuild")


def _claimed_stages() -> list[Stage]:
    changed = Stage.objects.filter(changed_at__isnull=False, rebuilt_at=None)
    return list(changed.select_for_update(skip_locked=True, no_key=True))


def _rebuild_stages(stages: Sequence[Stage], now: datetime, limit: int) -> int:
    """The next chunk of customers by id; marks the rows (seven at most) with how far it has come."""
    start = min(stage.rebuilt_to for stage in stages)
    lock_events()
    chunk = Customer.objects.filter(pk__gt=start).order_by("pk").values_list("pk", flat=True)[:limit]
    ids = lock_customers(chunk)
    if ids:
        classify_by({STAGE}, ids, now)
    for stage in stages:
        _mark(stage, ids[-1] if ids else start, now if len(ids) < limit else None)
    return len(ids) or 1


def _rebuild_segment(now: datetime, limit: int) -> int:
    """The next range of customers for the segment that waits longest; one that is too slow is given up."""
    claimed: list[Segment] = []
    try:
        with work.redoable():
            changed = Segment.every.filter(
                archived_at=None, changed_at__isnull=False, rebuilt_at=None, stalled_at=None
            )
            claimed += changed.select_for_update(skip_locked=True, no_key=True).order_by("changed_at")[:1]
            return _remake_range(claimed[0], now, limit) if claimed else 0
    except OperationalError as error:
        if not isinstance(error.__cause__, QueryCanceled):
            raise
    if not _stride.stumbled():
        _give_up(claimed[0], limit, now)
    return 1


def _remake_range(segment: Segment, now: datetime, limit: int) -> int:
    lock_events()
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{PATIENCE}'")
        cursor.execute(RANGE, [segment.rebuilt_to, segment.rebuilt_to, limit])
        found, last = cursor.fetchone()
    rule = _rule_of(segment)
    if rule and found:
        moved = remake(segment, rule, segment.rebuilt_to, last, now)
        for place in range(0, len(moved), CHUNK):
            classify(moved[place : place + CHUNK], now, changed=Depends(segments=frozenset([segment.slug])))
        _stride.took(limit, time.monotonic() - started)
    _mark(segment, last, None if rule and found == limit else now)
    return found or 1


def _rule_of(segment: Segment) -> Rule | None:
    """The rule as customers are classified by it; None where it can't be read (any more)."""
    name = segment_name(segment.slug)
    return next((one.rules[0][1] for one in chain(*load_definitions()) if one.name == name), None)


def _mark(row: Stage | Segment, rebuilt_to: int, rebuilt_at: datetime | None) -> None:
    row.rebuilt_to, row.rebuilt_at = rebuilt_to, rebuilt_at
    row.save(update_fields=["rebuilt_to", "rebuilt_at"])


def _give_up(segment: Segment, rows: int, now: datetime) -> None:
    """Leave the segment as far as it is until its rule is changed: it would only be in everybody's way."""
    logger.error(
        "Segment %s is not rebuilt: it takes over %s for %d customers.", segment.slug, PATIENCE, rows
    )
    Segment.every.filter(pk=segment.pk, changed_at=segment.changed_at).update(stalled_at=now)
