"""Listening: new events let customers enter journeys, and wake enrollments that await them.

One listener at a time: it holds the row of its cursor until its commit, and ids of events grow in the order
of commits, so each event is heard once and in order. However many events a batch has, it takes the same few
queries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from config import work
from customers import rules
from customers.rules.where import events_matching
from journeys.entry import Entry
from journeys.graph import Graph
from journeys.models import Journey
from journeys.versions import graphs_of

CURSOR = "journeys"
LATENESS = timedelta(hours=1)  # so far back at most an entering event that came late counts from its own time


class Heard(NamedTuple):
    """An event to which some journey listens."""

    id: int
    customer_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Listening:
    """A live journey and what sets it off."""

    journey_id: int
    version_id: int
    graph: Graph

    @property
    def event(self) -> str:
        """The name of the event."""
        return self.graph.trigger.listens.event


# The cursor's row is the lock of the listener: the next one waits for it, and then finds the events that
# are left.
TAKE = "SELECT last_event_id FROM journeys_eventcursor WHERE name = %s FOR UPDATE"
BEGIN = "INSERT INTO journeys_eventcursor (name) VALUES (%s) ON CONFLICT DO NOTHING"
REACH = """
    SELECT max(id), count(*) FROM (SELECT id FROM customers_event WHERE id > %s ORDER BY id LIMIT %s) AS batch
"""
MARK = "UPDATE journeys_eventcursor SET last_event_id = %s WHERE name = %s"
# The newest event is one probe of the index; whether there is one after the cursor may be taken for a scan.
LISTEN_DUE = """
    coalesce((SELECT max(id) FROM customers_event), 0)
        > coalesce((SELECT last_event_id FROM journeys_eventcursor WHERE name = 'journeys'), 0)
"""
HEAR = """
    SELECT id, customer_id, name FROM customers_event
    WHERE id > %(after)s AND id <= %(upto)s AND name = ANY(%(names)s) ORDER BY id
"""

# Rows are locked in the order of their ids, as everywhere, so that listeners, pauses and exits can wait for
# each other. Plan: one probe of enrollment_awaits for each event. Filters on the event are asked when the
# enrollment looks back.
WAKE = """
    WITH waiting AS MATERIALIZED (
        SELECT id FROM journeys_enrollment WHERE id IN (
            SELECT waiting.id
            FROM customers_event event
            JOIN journeys_enrollment waiting
              ON waiting.customer_id = event.customer_id AND waiting.awaits = event.name
             AND waiting.standing = 'event' AND event.occurred_at > waiting.reached_at
            WHERE event.id > %(after)s AND event.id <= %(upto)s)
        ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row SET due_at = least(row.due_at, %(now)s)
    FROM waiting WHERE row.id = waiting.id AND row.standing = 'event'
"""

# One live enrollment for each journey, customer and key, by the index one_live_enrollment: whoever comes
# second is ignored. The policies look at those that have ended too.
ENROLL = """
    INSERT INTO journeys_enrollment
        (journey_id, version_id, customer_id, key, context, step, reached_at, due_at, entered_at)
    SELECT entry.journey_id, entry.version_id, entry.customer_id, entry.key,
           jsonb_build_object(
               'name', entry.name, 'occurred_at', entry.occurred_at, 'properties', entry.properties),
           entry.start, greatest(least(entry.occurred_at, %(now)s), %(now)s - %(lateness)s::interval),
           %(now)s, %(now)s
    FROM (
        SELECT event.id, event.customer_id, event.name, event.occurred_at, event.properties, listening.*,
               CASE WHEN listening.policy = 'per_key'
                    THEN left(coalesce(event.properties #>> string_to_array(listening.path, '.'), ''), 200)
                    ELSE '' END AS key
        FROM unnest(%(events)s::bigint[], %(by)s::bigint[]) AS pair (event_id, journey_id)
        JOIN customers_event event ON event.id = pair.event_id
        JOIN unnest(%(journeys)s::bigint[], %(versions)s::bigint[], %(starts)s::text[], %(policies)s::text[],
                    %(afters)s::interval[], %(paths)s::text[])
             AS listening (journey_id, version_id, start, policy, after, path) USING (journey_id)
    ) AS entry
    JOIN customers_customer customer ON customer.id = entry.customer_id
    WHERE NOT EXISTS (
        SELECT FROM journeys_enrollment earlier
        WHERE earlier.customer_id = entry.customer_id AND earlier.journey_id = entry.journey_id
          AND (entry.policy = 'once'
               OR entry.policy = 'again' AND earlier.entered_at > %(now)s - entry.after
               OR entry.policy = 'per_key' AND earlier.key = entry.key))
    ORDER BY entry.id, entry.journey_id
    ON CONFLICT (journey_id, customer_id, key) WHERE NOT (standing = 'ended') DO NOTHING
"""


@work.redoable()
def listen(now: datetime, limit: int = 5000) -> int:
    """Hear the next events, up to `limit`; returns how many there were."""
    after = _take_cursor()
    with connection.cursor() as cursor:
        cursor.execute(REACH, [after, limit])
        upto, count = cursor.fetchone()
        if not count:
            return 0
        entered = _enroll(after, upto, now)
        cursor.execute(WAKE, {"after": after, "upto": upto, "now": now})
        woken = cursor.rowcount
        cursor.execute(MARK, [upto, CURSOR])
    if entered or woken:
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


def _enroll(after: int, upto: int, now: datetime) -> int:
    """Let customers enter the live journeys that these events set off; returns how many did."""
    listening = live_journeys()
    heard = _hear(after, upto, {one.event for one in listening})
    pairs = _that_may(_that_fit(listening, heard), now)
    if not pairs:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(ENROLL, _columns(pairs) | {"now": now, "lateness": LATENESS})
        return int(cursor.rowcount)


def live_journeys() -> list[Listening]:
    """The journeys that let customers in. Their rows are locked: a pause waits for these entries."""
    rows = list(
        Journey.objects.select_for_update(no_key=True)
        .filter(state=Journey.State.LIVE, live_version__isnull=False)
        .order_by("pk")
        .values_list("pk", "live_version_id")
    )
    graphs = graphs_of(version_id for _, version_id in rows if version_id)
    return [
        Listening(journey_id, version_id, graph)
        for journey_id, version_id in rows
        if version_id and isinstance(graph := graphs[version_id], Graph)
    ]


def _hear(after: int, upto: int, names: set[str]) -> list[Heard]:
    if not names:
        return []
    with connection.cursor() as cursor:
        cursor.execute(HEAR, {"after": after, "upto": upto, "names": sorted(names)})
        return [Heard._make(row) for row in cursor.fetchall()]


Pair = tuple[Listening, Heard]


def _that_fit(listening: Sequence[Listening], heard: Sequence[Heard]) -> list[Pair]:
    """Each journey with the events that set it off, by name and filter: one query for all filters."""
    names = {event.name for event in heard}
    wheres = {one: one.graph.where for one in listening if one.graph.where is not None and one.event in names}
    filtered = {one.event for one in wheres}
    fitting = events_matching(wheres, [event.id for event in heard if event.name in filtered])
    return [
        (one, event)
        for one in listening
        for event in heard
        if event.name == one.event and (one not in fitting or event.id in fitting[one])
    ]


def _that_may(pairs: Sequence[Pair], now: datetime) -> list[Pair]:
    """Those pairs whose customer the journey's rule admits: one query for all rules."""
    asked = {one: one.graph.rule for one, _ in pairs if one.graph.rule is not None}
    if not asked:
        return list(pairs)
    customers = {event.customer_id for one, event in pairs if one in asked}
    admitted = rules.matching(asked, sorted(customers), now)
    return [(one, event) for one, event in pairs if one not in admitted or event.customer_id in admitted[one]]


def _columns(pairs: Sequence[Pair]) -> dict[str, Any]:
    journeys = list({one.journey_id: one for one, _ in pairs}.values())
    entries: list[Entry] = [one.graph.trigger.entry for one in journeys]
    return {
        "events": [event.id for _, event in pairs],
        "by": [one.journey_id for one, _ in pairs],
        "journeys": [one.journey_id for one in journeys],
        "versions": [one.version_id for one in journeys],
        "starts": [one.graph.start for one in journeys],
        "policies": [entry.policy.value for entry in entries],
        "afters": [entry.after for entry in entries],
        "paths": [entry.key for entry in entries],
    }
