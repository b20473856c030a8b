"""What customers agreed to: the last word by when it was said; of two of the same moment the refusal."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from customers.events import NewEvent


class ConsentChange(NamedTuple):
    """One word of one customer. No topic: the whole channel; no `at`: the moment of writing."""

    customer_id: int
    channel: str
    topic: str
    is_granted: bool
    source: str = ""
    wording: str = ""
    at: datetime | None = None


Place = tuple[int, str, str]

KNOWN = """
    SELECT customer_id, channel, topic, is_granted, changed_at
    FROM customers_consent WHERE customer_id = ANY(%s)
"""
STORE = """
    INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT * FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::text[], %s::text[], %s::timestamptz[]
    )
    ON CONFLICT (customer_id, channel, topic) DO UPDATE
    SET is_granted = excluded.is_granted, source = excluded.source, wording = excluded.wording,
        changed_at = excluded.changed_at
"""


def store_consents(changes: Sequence[ConsentChange], now: datetime) -> list[NewEvent]:
    """Store the words that are the last; returns the events of those that changed something.

    The caller holds the customers' locks.
    """
    if not changes:
        return []
    known = _known({change.customer_id for change in changes})
    last: dict[Place, ConsentChange] = {}
    events = []
    for change in changes:
        change = change._replace(at=change.at or now)  # noqa: PLW2901 - the moment is filled in
        place = (change.customer_id, change.channel, change.topic)
        before = known.get(place)
        if before is not None and not _outranks(change, before):
            continue
        if before is None or before[0] != change.is_granted:
            events.append(_event(change, now))
        known[place] = (change.is_granted, change.at or now)
        last[place] = change
    if last:
        with connection.cursor() as cursor:
            cursor.execute(STORE, [list(column) for column in zip(*last.values(), strict=True)])
    return events


def _known(customer_ids: set[int]) -> dict[Place, tuple[bool, datetime]]:
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [list(customer_ids)])
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in cursor.fetchall()}


def _outranks(change: ConsentChange, before: tuple[bool, datetime]) -> bool:
    is_granted, changed_at = before
    assert change.at is not None  # noqa: S101 - filled in by the caller
    return (change.at, not change.is_granted) > (changed_at, not is_granted)


def _event(change: ConsentChange, now: datetime) -> NewEvent:
    said = {"channel": change.channel, "topic": change.topic, "granted": change.is_granted}
    return NewEvent(change.customer_id, "$consent_changed", change.at or now, said)
