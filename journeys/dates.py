"""Dates of customers: for each, when theirs comes next, as a row that is due; nobody else is looked at.

The row is only a wake-up: when it is due, the trait and the zone are read again. It follows the events of
their changes, and merges.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, NamedTuple

import msgspec
from django.conf import settings
from django.db import connection

from config import work
from config.localtime import zone_of
from customers.copying import numbers
from journeys.enroll import Candidate, let_in
from journeys.entrances import Entrance, lock_entrances
from journeys.entry import CustomerDate, Occurrence
from journeys.models import Journey

LATEST = timedelta(days=1)  # a date that could not be seen to for so long is passed over
AGAIN = timedelta(hours=1)
BATCH = 1000
EVENT = "$date"  # the name of the entering event

DATES_DUE = """
    coalesce((SELECT min(due_at) FROM journeys_datedue WHERE due_at IS NOT NULL) <= %(now)s, false)
"""
# Plan: both scan date_due in its order and stop at the limit.
JOURNEYS = """
    SELECT DISTINCT journey_id FROM (
        SELECT journey_id FROM journeys_datedue WHERE due_at <= %(now)s ORDER BY due_at LIMIT %(limit)s
    ) AS due
"""
CLAIM = """
    SELECT journey_id, customer_id, due_at FROM journeys_datedue
    WHERE due_at <= %(now)s AND journey_id = ANY(%(journeys)s)
    ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
# Plan: the primary key, a stretch of it.
STRETCH = """
    SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s
"""
TRAITS = """
    SELECT customer.id, customer.traits #> string_to_array(%s, '.'), customer.time_zone, known.seen
    FROM customers_customer customer
    LEFT JOIN journeys_datedue known ON known.customer_id = customer.id AND known.journey_id = %s
    WHERE customer.id = ANY(%s::bigint[])
"""
WRITE = """
    INSERT INTO journeys_datedue AS known (journey_id, customer_id, due_at, seen)
    SELECT %(journey)s, * FROM unnest(%(customers)s::bigint[], %(dues)s::timestamptz[], %(seens)s::date[])
        AS new (customer_id, due_at, seen)
    WHERE new.due_at IS NOT NULL OR new.seen IS NOT NULL
    ORDER BY customer_id
    ON CONFLICT (journey_id, customer_id) DO UPDATE SET due_at = excluded.due_at, seen = excluded.seen
"""
FORGET = """
    DELETE FROM journeys_datedue
    WHERE journey_id = %(journey)s AND customer_id = ANY(%(customers)s::bigint[])
"""
LATER = """
    UPDATE journeys_datedue SET due_at = %(at)s
    WHERE journey_id = %(journey)s AND customer_id = ANY(%(customers)s::bigint[])
"""
CHANGED = """
    SELECT DISTINCT customer_id, properties ->> 'trait' FROM customers_event
    WHERE id > %(after)s AND id <= %(upto)s AND name = '$trait_changed'
"""


class Known(NamedTuple):
    """A customer's date as it is kept, and the last day on which it let them in."""

    value: Any
    zone: tzinfo
    seen: date | None


def look_up_dates(entrance: Entrance, after: int, limit: int, now: datetime) -> list[int]:
    """Write down when the dates of the next customers come; returns who they were. The journey is locked."""
    with connection.cursor() as cursor:
        cursor.execute(STRETCH, [after, limit])
        ids = [row[0] for row in cursor.fetchall()]
    _look_up(entrance, ids, now)
    return ids


def hear_changes(watching: Sequence[Entrance], after: int, upto: int, now: datetime) -> None:
    """Follow the changes of traits and zones that these events tell. The journeys are locked.

    Whose zone changed comes by dates of the last day that were not seen yet: they may have lost some hours.
    """
    if not watching:
        return
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"after": after, "upto": upto})
        changed: dict[str, set[int]] = defaultdict(set)
        for customer_id, trait in cursor.fetchall():
            changed[trait].add(customer_id)
    for entrance in watching:
        of = _date_of(entrance)
        told = changed.get(of.trait, set())
        _look_up(entrance, told, now)
        _look_up(entrance, changed.get("time_zone", set()) - told, now - LATEST)


def _look_up(entrance: Entrance, customer_ids: Collection[int], since: datetime) -> None:
    if not customer_ids:
        return
    known = _known(entrance, customer_ids)
    of = _date_of(entrance)
    found = {one: of.next_occurrence(its.value, its.zone, since, its.seen) for one, its in known.items()}
    _write(entrance.journey_id, known, found)


def _known(entrance: Entrance, customer_ids: Iterable[int]) -> dict[int, Known]:
    ids = numbers(customer_ids)
    with connection.cursor() as cursor:
        cursor.execute(TRAITS, [_date_of(entrance).trait, entrance.journey_id, ids])
        return {
            of: Known(
                None if value is None else msgspec.json.decode(value),
                zone_of(zone, settings.BRAND_TIME_ZONE),
                seen,
            )
            for of, value, zone, seen in cursor.fetchall()
        }


def _date_of(entrance: Entrance) -> CustomerDate:
    found = entrance.graph.trigger.customer_date
    assert found is not None  # noqa: S101 - callers choose by it
    return found


def _write(journey_id: int, known: Mapping[int, Known], found: Mapping[int, Occurrence | None]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            WRITE,
            {
                "journey": journey_id,
                "customers": numbers(known),
                "dues": [next_.at if (next_ := found[of]) else None for of in known],
                "seens": [its.seen for its in known.values()],
            },
        )
        if gone := [of for of, its in known.items() if found[of] is None and its.seen is None]:
            cursor.execute(FORGET, {"journey": journey_id, "customers": numbers(gone)})


Due = tuple[int, datetime]  # a customer, and when they were due


def let_in_by_date(now: datetime, limit: int = BATCH) -> int:
    """Let in those whose date has come; returns how many rows were due. Each then waits for the next time."""
    with work.redoable(), connection.cursor() as cursor:
        cursor.execute(JOURNEYS, {"now": now, "limit": limit})
        asked = [row[0] for row in cursor.fetchall()]
        opened = {one.journey_id: one for one in lock_entrances(asked) if one.graph.trigger.customer_date}
        cursor.execute(CLAIM, {"now": now, "limit": limit, "journeys": asked})
        due: dict[int, list[Due]] = defaultdict(list)
        for journey_id, customer_id, due_at in cursor.fetchall():
            due[journey_id].append((customer_id, due_at))
        for journey_id, rows in sorted(due.items()):
            if journey_id in opened:
                _come(opened[journey_id], rows, now)
            else:
                _pass(journey_id, rows, now)
    return sum(map(len, due.values()))


def _pass(journey_id: int, rows: Sequence[Due], now: datetime) -> None:
    """Dates that come while their journey is paused pass by; it looks again, for the next, from time to time.

    Of a journey that has no dates any more nothing is kept.
    """
    is_paused = Journey.objects.filter(pk=journey_id, state=Journey.State.PAUSED).exists()
    with connection.cursor() as cursor:
        cursor.execute(
            LATER if is_paused else FORGET,
            {"journey": journey_id, "customers": numbers(of for of, _ in rows), "at": now + AGAIN},
        )


def _come(entrance: Entrance, rows: Sequence[Due], now: datetime) -> None:
    of = _date_of(entrance)
    known = _known(entrance, [customer_id for customer_id, _ in rows])
    candidates: list[Candidate] = []
    found: dict[int, Occurrence | None] = {}
    for customer_id, due_at in [row for row in rows if row[0] in known]:
        its = known[customer_id]
        since = max(due_at, now - LATEST)
        came = of.next_occurrence(its.value, its.zone, since, its.seen)
        if came is not None and came.at <= now:
            candidates.append(Candidate(entrance, customer_id, context=_context(of, its, came)))
            known[customer_id] = its._replace(seen=came.day)
            came = of.next_occurrence(its.value, its.zone, now, came.day)
        found[customer_id] = came
    _write(entrance.journey_id, known, found)
    let_in(candidates, now)


def _context(of: CustomerDate, its: Known, came: Occurrence) -> str:
    context = {
        "name": EVENT,
        "occurred_at": came.at.isoformat(),
        "properties": {"trait": of.trait, "value": its.value, "date": came.day.isoformat()},
    }
    return msgspec.json.encode(context).decode()
