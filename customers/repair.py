"""Looking after what is kept: everybody is asked everything anew about once a day, a few at a time.

Nothing should ever be found: memberships and stages change with what they depend on. What is found all the
same is counted, reported and mended, by the way that every change goes.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from django.db import connection
from django.db.models import Max

from config import work
from customers.classify import classify_by
from customers.definitions import STAGE, Definition, load_definitions, segment_name
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Customer, RepairSweep, Segment, Stage

EVERY = timedelta(days=1)
RUNS = 1000  # chunks of a sweep at most, as long as they stay small
SMALLEST, LARGEST = 200, 2000
REPAIR_DUE = "false"  # its sweep alone does it: no other work waits for it, and a replay has no time for it

# Whom time alone has moved, `customers.recheck` looks at; about whom there is news, `customers.hear`.
LOOKED_AT = """
    SELECT id FROM customers_customer WHERE id = ANY(%s) AND (recheck_at IS NULL OR recheck_at > %s)
        AND id NOT IN (SELECT customer_id FROM customers_news)
"""
KEPT = """
    SELECT customer.id, stage_id, ARRAY(
        SELECT segment_id FROM customers_membership
        WHERE customer_id = customer.id AND left_at IS NULL AND segment_id + 0 = ANY(%s))
    FROM customers_customer AS customer WHERE customer.id = ANY(%s)
"""


class Kept(NamedTuple):
    """What is kept of a customer: the stage, and the segments among those that are looked at."""

    stage: int | None
    segments: frozenset[int]


def repair(now: datetime) -> int:
    """The next few customers of the sweep that is due; returns how much was not true, and is mended."""
    with work.redoable():
        lock_events()
        sweep = RepairSweep.objects.filter(finished_at=None).order_by("pk").first() or _begun(now)
        return _go_on(sweep, now) if sweep else 0


def repair_all(now: datetime) -> RepairSweep:
    """A whole sweep, here and now; returns what it found."""
    sweep = RepairSweep.objects.create(started_at=now)
    while sweep.finished_at is None:
        with work.redoable():
            lock_events()
            sweep.refresh_from_db()
            _go_on(sweep, now)
    return sweep


def _begun(now: datetime) -> RepairSweep | None:
    """A new sweep, where the last one began long enough ago."""
    if RepairSweep.objects.filter(started_at__gt=now - EVERY).exists():
        return None
    return RepairSweep.objects.create(started_at=now)


def _go_on(sweep: RepairSweep, now: datetime) -> int:
    """Look at the next customers and mend; under the events' lock."""
    size = _size()
    following = Customer.objects.filter(pk__gt=sweep.reached).order_by("pk")
    ids = lock_customers(following.values_list("pk", flat=True)[:size])
    found = _mended(ids, now)
    sweep.customers += len(ids)
    sweep.reached = max(ids, default=sweep.reached)
    sweep.finished_at = now if len(ids) < size else None
    for (kind, name), count in found.items():
        setattr(sweep, kind, getattr(sweep, kind) + count)
        sweep.findings[name] = sweep.findings.get(name, 0) + count
    sweep.save()
    return found.total()


def _size() -> int:
    """How many at a time, so that a sweep a minute sees everybody in a day."""
    last = Customer.objects.aggregate(last=Max("pk"))["last"] or 0
    return int(min(LARGEST, max(SMALLEST, last // RUNS)))


def _mended(ids: Sequence[int], now: datetime) -> Counter[tuple[str, str]]:
    """Classify them by all that is settled; returns how often what was not true, by kind and definition."""
    settled = _settled()
    segments = {one.rules[0][0]: one.name for one in settled if one.name != STAGE}
    with connection.cursor() as cursor:
        cursor.execute(LOOKED_AT, [list(ids), now])
        looked_at = [row[0] for row in cursor.fetchall()]
    before = _kept(looked_at, list(segments))
    classify_by({one.name for one in settled}, looked_at, now)
    return _differences(
        before, _kept(looked_at, list(segments)), segments, has_stage=len(settled) > len(segments)
    )


def _differences(
    before: Mapping[int, Kept], after: Mapping[int, Kept], segments: Mapping[int, str], *, has_stage: bool
) -> Counter[tuple[str, str]]:
    found: Counter[tuple[str, str]] = Counter()
    for customer_id, was in before.items():
        now_is = after[customer_id]
        found.update(("missing", segments[one]) for one in now_is.segments - was.segments)
        found.update(("surplus", segments[one]) for one in was.segments - now_is.segments)
        if has_stage and was.stage != now_is.stage:
            found["misplaced", STAGE] += 1
    return found


def _settled() -> list[Definition]:
    """The definitions of which everybody has been asked: what is being rebuilt is not wrong yet."""
    changed = {"changed_at__isnull": False, "rebuilt_at": None}
    unsettled = {
        segment_name(slug) for slug in Segment.every.filter(**changed).values_list("slug", flat=True)
    }
    if Stage.objects.filter(**changed).exists():
        unsettled.add(STAGE)
    return [one for one in chain(*load_definitions()) if one.name not in unsettled]


def _kept(ids: Sequence[int], segments: Sequence[int]) -> dict[int, Kept]:
    with connection.cursor() as cursor:
        cursor.execute(KEPT, [list(segments), list(ids)])
        return {customer_id: Kept(stage, frozenset(stays)) for customer_id, stage, stays in cursor.fetchall()}
