"""What of all that an open wait awaits came first, and when.

Read whenever the wait is claimed again, of the events since it began: so it does not matter when the listener
heard them. What a message did is read off the message, whenever that was.
"""

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime

from django.db import connection

from customers.rules.where import events_matching
from journeys.step import Happened, Listen
from journeys.told.teller import Answers, Teller
from journeys.walk import Claimed, Walk

# Plan: one probe of event_of_customer for each thing that is awaited.
CAME = """
    SELECT wait.id, wait.number, event.id, event.occurred_at
    FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[], %(names)s::text[], %(since)s::timestamptz[])
        WITH ORDINALITY AS wait (id, customer_id, name, since, number)
    JOIN customers_event event
      ON event.customer_id = wait.customer_id AND event.name = wait.name AND event.occurred_at > wait.since
     AND NOT event.is_quiet
    ORDER BY event.occurred_at, event.id
"""
# Plan: one probe of one_message_per_visit for each.
DID = """
    SELECT wait.number, CASE wait.did WHEN 'clicked' THEN clicked_at
        WHEN 'opened' THEN least(opened_at, clicked_at)
        ELSE least(delivered_at, opened_at, clicked_at) END
    FROM unnest(%(ids)s::bigint[], %(steps)s::text[], %(dids)s::text[])
        WITH ORDINALITY AS wait (id, step, did, number)
    CROSS JOIN LATERAL (
        SELECT delivered_at, opened_at, clicked_at FROM channels_message
        WHERE enrollment_id = wait.id AND step = wait.step ORDER BY visit DESC LIMIT 1) message
"""
Wait = tuple[Claimed, Walk, str, Listen]


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    waits = [
        (row, walk, key, listen)
        for walk in walks
        if walk.awaits_event
        for key, listen in walk.place.step.listens.items()
        for row in walk.rows
    ]
    came = [*_events([wait for wait in waits if not wait[3].step])]
    came += _messages([wait for wait in waits if wait[3].step])
    first: dict[int, tuple[datetime, int, str]] = {}
    for row_id, place, (key, at) in came:
        found = (at, place, key)
        first[row_id] = min(first.get(row_id, found), found)
    happened: dict[int, Hashable] = {row_id: Happened(key, at) for row_id, (at, _, key) in first.items()}
    return lambda _walk: lambda row: happened.get(row.id)


Came = tuple[int, int, Happened]  # the enrollment, the place of what came in its step's list, and what


def _events(waits: Sequence[Wait]) -> Iterable[Came]:
    """The first event for each thing awaited that passes its filter."""
    if not waits:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            CAME,
            {
                "ids": [row.id for row, *_ in waits],
                "customers": [row.customer_id for row, *_ in waits],
                "names": [listen.event for *_, listen in waits],
                "since": [walk.reached_at for _, walk, *_ in waits],
            },
        )
        came = cursor.fetchall()
    wheres = {
        (walk.place, key): walk.place.wheres[key] for _, walk, key, _ in waits if key in walk.place.wheres
    }
    fitting = events_matching(wheres, sorted({event_id for _, _, event_id, _ in came}))
    found: dict[int, Came] = {}
    for row_id, number, event_id, occurred_at in came:
        _, walk, key, _ = waits[number - 1]
        where = fitting.get((walk.place, key))
        if number not in found and (where is None or event_id in where):
            found[number] = (row_id, _place(walk, key), Happened(key, occurred_at))
    return found.values()


def _messages(waits: Sequence[Wait]) -> Iterable[Came]:
    """When the messages were opened, clicked, delivered, if they were."""
    if not waits:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            DID,
            {
                "ids": [row.id for row, *_ in waits],
                "steps": [listen.step for *_, listen in waits],
                "dids": [listen.did for *_, listen in waits],
            },
        )
        told = [(waits[number - 1], at) for number, at in cursor.fetchall() if at]
    return [(row.id, _place(walk, key), Happened(key, at)) for (row, walk, key, _), at in told]


def _place(walk: Walk, key: str) -> int:
    return list(walk.place.step.listens).index(key)


AWAITED = Teller("happened", lambda place: bool(place.step.listens), _read, only_first=True)
