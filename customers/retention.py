"""For how long events are kept: what marketers say, and the sweep that deletes what is older.

Once a day all events are walked through by their ids, a range at a time, each range in one statement and one
transaction. What rules count is what is kept: the customers whose events went are asked everything anew
(`recheck_at`), so that segments and stages say what the events that are left say. Orders, messages and the
counts of what sources have sent are rows of their own, and stay.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Min

from config import work
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Event, PrivacyAct, Retention, RetentionSweep

EVERY = timedelta(days=1)
RANGE = 20_000  # ids at a time
RETAIN_DUE = "false"  # its sweep alone does it: no other work waits for it, and a replay has no time for it

# By the primary key. Of several patterns that fit, the first of those that are over is named.
DELETE = """
    WITH rule (pattern, likeness, before) AS (
        SELECT * FROM unnest(%(patterns)s::text[], %(likenesses)s::text[], %(befores)s::timestamptz[])
    ), old AS (
        SELECT DISTINCT ON (event.id) event.id, rule.pattern
        FROM customers_event AS event JOIN rule
          ON event.name LIKE rule.likeness AND event.occurred_at < rule.before
         AND starts_with(event.name, '$') = starts_with(rule.pattern, '$')
        WHERE event.id > %(after)s AND event.id <= %(until)s
        ORDER BY event.id, rule.pattern
    )
    DELETE FROM customers_event AS event USING old WHERE event.id = old.id
    RETURNING event.customer_id, old.pattern
"""
ASK_ANEW = """
    UPDATE customers_customer SET recheck_at = least(coalesce(recheck_at, %(now)s), %(now)s)
    WHERE id = ANY(%(ids)s)
"""


def save_retention(row: Retention, by: str, now: datetime) -> Retention:
    """Keep events that fit the row's pattern for its days, from the next sweep on; what was is recorded."""
    with transaction.atomic():
        before = Retention.objects.select_for_update().filter(pk=row.pk).first()
        row.changed_at, row.changed_by = now, by
        row.save()
        is_same = before is not None and before.pattern == row.pattern
        _record(by, now, row.pattern, before.days if before and is_same else None, row.days)
        if before and not is_same:
            _record(by, now, before.pattern, before.days, None)
    return row


def delete_retention(row: Retention, by: str, now: datetime) -> None:
    """Keep the events that fit the row's pattern for good, from now on."""
    with transaction.atomic():
        _record(by, now, row.pattern, row.days, None)
        row.delete()


def _record(by: str, now: datetime, pattern: str, before: int | None, days: int | None) -> None:
    details = {"events": pattern, "from": before, "to": days}
    PrivacyAct.objects.create(what=PrivacyAct.What.RETENTION, by=by, at=now, details=details)


def retain(now: datetime) -> int:
    """Delete what is too old in the next range of events; returns how many ids were looked at, 0: none."""
    with work.redoable():
        lock_events()
        sweep = RetentionSweep.objects.filter(finished_at=None).order_by("pk").first() or _begun(now)
        return _go_on(sweep, now) if sweep else 0


def _begun(now: datetime) -> RetentionSweep | None:
    """A new sweep, where the last one began long enough ago and there is something to go by."""
    if not Retention.objects.exists() or RetentionSweep.objects.filter(started_at__gt=now - EVERY).exists():
        return None
    RetentionSweep.objects.all().delete()
    ids = Event.objects.aggregate(first=Min("pk"), last=Max("pk"))
    first, last = ids["first"] or 1, ids["last"] or 0
    return RetentionSweep.objects.create(started_at=now, reached=first - 1, last=last)


def _go_on(sweep: RetentionSweep, now: datetime) -> int:
    until = min(sweep.reached + RANGE, sweep.last)
    gone = _deleted(list(Retention.objects.all()), sweep.reached, until, sweep.started_at)
    _ask_anew({customer_id for customer_id, _pattern in gone}, now)
    sweep.deleted = Counter(sweep.deleted) + Counter(pattern for _customer_id, pattern in gone)
    sweep.reached = until
    if until >= sweep.last:
        sweep.finished_at = now
        if sweep.deleted:
            PrivacyAct.objects.create(what=PrivacyAct.What.FORGOTTEN, at=now, details=dict(sweep.deleted))
    sweep.save()
    return RANGE


def _deleted(rows: Sequence[Retention], after: int, until: int, now: datetime) -> list[tuple[int, str]]:
    values: dict[str, Any] = {
        "patterns": [row.pattern for row in rows],
        "likenesses": [likeness(row.pattern) for row in rows],
        "befores": [now - timedelta(days=row.days) for row in rows],
        "after": after,
        "until": until,
    }
    with connection.cursor() as cursor:
        cursor.execute(DELETE, values)
        return [(customer_id, pattern) for customer_id, pattern in cursor.fetchall()]


def likeness(pattern: str) -> str:
    """A pattern with `*` as SQL's LIKE understands it."""
    plain = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return plain.replace("*", "%")


def _ask_anew(customer_ids: Iterable[int], now: datetime) -> None:
    ids = lock_customers(customer_ids)
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(ASK_ANEW, {"ids": ids, "now": now})
        work.wake("customers.recheck")
