"""What customers agreed to: the last word by when it was said; of two of the same moment the refusal."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from customers.copying import copy_lines, escaped, moments, numbers, texts
from customers.events import NewEvent


class ConsentChange(NamedTuple):
    """One word of one customer. No topic: the whole channel; no `at`: the moment of writing.

    `origin_id`: as which customer's it came, who was merged since.
    """

    customer_id: int
    channel: str
    topic: str
    is_granted: bool
    source: str = ""
    wording: str = ""
    at: datetime | None = None
    origin_id: int | None = None


Place = tuple[int, str, str]
Word = tuple[bool, datetime]

KNOWN = """
    SELECT customer_id, channel, topic, is_granted, changed_at
    FROM customers_consent WHERE customer_id = ANY(%s::bigint[])
"""
# What is said for the first time: several times as fast as the statement below, and nobody else may write it.
COPY = """
    COPY customers_consent (customer_id, channel, topic, source, wording, is_granted, changed_at) FROM STDIN
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
    known = known_words({change.customer_id for change in changes})
    there = set(known)
    last, events = weigh(changes, known, now)
    copy_lines(COPY, (_line(word, now) for place, word in last.items() if place not in there))
    if again := [word for place, word in last.items() if place in there]:
        with connection.cursor() as cursor:
            cursor.execute(STORE, _columns(again, now))
    return events


def _line(word: ConsentChange, now: datetime) -> str:
    said = "\t".join(map(escaped, (word.channel, word.topic, word.source, word.wording)))
    granted = "t" if word.is_granted else "f"
    return f"{word.customer_id}\t{said}\t{granted}\t{(word.at or now).isoformat()}\n"


def _columns(words: Collection[ConsentChange], now: datetime) -> list[str]:
    return [
        numbers(word.customer_id for word in words),
        texts(word.channel for word in words),
        texts(word.topic for word in words),
        texts("t" if word.is_granted else "f" for word in words),
        texts(word.source for word in words),
        texts(word.wording for word in words),
        moments(word.at or now for word in words),
    ]


def weigh(
    changes: Sequence[ConsentChange], known: dict[Place, Word], now: datetime
) -> tuple[dict[Place, ConsentChange], list[NewEvent]]:
    """Which of the words are the last, and the events of those that change something; `known` learns them."""
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
    return last, events


def known_words(customer_ids: Collection[int]) -> dict[Place, Word]:
    """The last word of these customers on each channel and topic: what, and when it was said."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [numbers(customer_ids)])
        return {(row[0], row[1], row[2]): (row[3], row[4]) for row in cursor.fetchall()}


def _outranks(change: ConsentChange, before: Word) -> bool:
    is_granted, changed_at = before
    assert change.at is not None  # noqa: S101 - filled in by the caller
    return (change.at, not change.is_granted) > (changed_at, not is_granted)


def _event(change: ConsentChange, now: datetime) -> NewEvent:
    said = {"channel": change.channel, "topic": change.topic, "granted": change.is_granted}
    return NewEvent(
        change.customer_id, "$consent_changed", change.at or now, said, origin_id=change.origin_id
    )
