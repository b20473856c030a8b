"""Listening: new events let customers enter journeys, and wake enrollments that await them.

One listener at a time: it holds the row of its cursor until its commit, and ids of events grow in the order
of commits, so each event is heard once and in order. However many events a batch has, it takes the same few
queries.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from config import work
from customers.rules.where import events_matching
from journeys import goals
from journeys.dates import hear_changes
from journeys.enroll import Candidate, let_in
from journeys.entrances import Entrance, entrances, lock_entrances

CURSOR = "journeys"
BATCH = 5000
TRAIT_CHANGED = "$trait_changed"


class Heard(NamedTuple):
    """An event to which some journey listens."""

    id: int
    customer_id: int
    name: str


# The cursor's row is the lock of the listener: the next one waits for it, and then finds the events that
# are left.
TAKE = "SELECT last_event_id FROM journeys_eventcursor WHERE name = %s FOR UPDATE"
BEGIN = "INSERT INTO journeys_eventcursor (name) VALUES (%s) ON CONFLICT DO NOTHING"
REACH = """
    SELECT max(id), count(*) FROM (
        SELECT id FROM customers_event WHERE id > %s AND id <= %s ORDER BY id LIMIT %s) AS batch
"""
MARK = "UPDATE journeys_eventcursor SET last_event_id = %s WHERE name = %s"
# The newest event is one probe of the index; whether there is one after the cursor may be taken for a scan.
LISTEN_DUE = """
    coalesce((SELECT max(id) FROM customers_event), 0)
        > coalesce((SELECT last_event_id FROM journeys_eventcursor WHERE name = 'journeys'), 0)
"""
HEAR = """
    SELECT id, customer_id, name FROM customers_event
    WHERE id > %(after)s AND id <= %(upto)s AND name = ANY(%(names)s) AND NOT is_quiet ORDER BY id
"""

# Rows are locked in the order of their ids, as everywhere, so that listeners, pauses and exits can wait for
# each other. Plan: one probe of enrollment_awaits, by customer, for each event. Filters on the event are
# asked when the enrollment looks back.
WAKE = """
    WITH waiting AS MATERIALIZED (
        SELECT id FROM journeys_enrollment WHERE id IN (
            SELECT waiting.id
            FROM customers_event event
            JOIN journeys_enrollment waiting
              ON waiting.customer_id = event.customer_id AND event.name = ANY(waiting.awaits)
             AND waiting.standing = 'event' AND event.occurred_at > waiting.reached_at
            WHERE event.id > %(after)s AND event.id <= %(upto)s AND NOT event.is_quiet)
        ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET due_at = least(row.due_at, %(now)s)
    FROM waiting WHERE row.id = waiting.id AND row.standing = 'event'
"""


def listen(now: datetime, limit: int = BATCH) -> int:
    """Hear the next events, up to `limit`; returns how many there were. Goals and exits hear them first."""
    return _listen(goals.hear(now, limit), now, limit)


@work.redoable()
def _listen(most: int, now: datetime, limit: int) -> int:
    after = _take_cursor()
    with connection.cursor() as cursor:
        cursor.execute(REACH, [after, most, limit])
        upto, count = cursor.fetchone()
        if not count:
            return 0
        _enroll(after, upto, now)
        cursor.execute(WAKE, {"after": after, "upto": upto, "now": now})
        woken = cursor.rowcount
        cursor.execute(MARK, [upto, CURSOR])
    if woken:
        work.wake("journeys.advance")
    return int(count)


def _take_cursor() -> int:
    """Lock the cursor's row, which is made at the first time, and read how far the journeys have heard."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [CURSOR])
        if (row := cursor.fetchone()) is None:
            cursor.execute(BEGIN, [CURSOR])
            cursor.execute(TAKE, [CURSOR])
            row = cursor.fetchone()
    return int(row[0])


def _enroll(after: int, upto: int, now: datetime) -> None:
    """Let customers enter the live journeys that these events set off, and follow the dates of the others."""
    known = entrances()
    heard = _hear(after, upto, {*known.by_event, *([TRAIT_CHANGED] if known.by_date else ())})
    named = {event.name for event in heard}
    dating = known.by_date if TRAIT_CHANGED in named else []
    asked = [*dating, *(one for name in named for one in known.by_event.get(name, ()))]
    opened = lock_entrances(one.journey_id for one in asked)
    hear_changes([one for one in opened if dating and one.graph.trigger.customer_date], after, upto, now)
    pairs = _that_fit([one for one in opened if one.event in named], heard)
    let_in([Candidate(one, event.customer_id, event.id) for one, event in pairs], now)


def _hear(after: int, upto: int, names: Iterable[str]) -> list[Heard]:
    asked = sorted(name for name in names if name)
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(HEAR, {"after": after, "upto": upto, "names": asked})
        return [Heard._make(row) for row in cursor.fetchall()]


def _that_fit(listening: Sequence[Entrance], heard: Sequence[Heard]) -> list[tuple[Entrance, Heard]]:
    """The entrances with the events that set them off, by name and filter, in the order of the events.

    One query for all filters.
    """
    wheres = {one: one.graph.where for one in listening if one.graph.where is not None}
    filtered = {one.event for one in wheres}
    fitting = events_matching(wheres, [event.id for event in heard if event.name in filtered])
    by_event: dict[str, list[Entrance]] = {}
    for one in listening:
        by_event.setdefault(one.event, []).append(one)
    return [
        (one, event)
        for event in heard
        for one in by_event.get(event.name, ())
        if one not in fitting or event.id in fitting[one]
    ]
