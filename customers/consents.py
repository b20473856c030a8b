"""What customers agreed to: the last word by when it was said; of two of the same moment the refusal.

Each word that says something new is kept as it was said, with its proof (`ConsentWord`). A yes that is to be
confirmed (double opt-in) is none until it is: it waits as a row of its own.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from config import work
from customers.copying import NULL, copy_lines, escaped, moments, numbers, texts
from customers.events import NewEvent
from customers.models import ConsentWord, DoubleOptIn

Said = ConsentWord.Said
Place = tuple[int, str, str]
OptIns = Sequence[tuple[str, str]]


class ConsentChange(NamedTuple):
    """One word of one customer. No topic: the whole channel; no `at`: the moment of writing.

    `origin_id`: as which customer's it came, who was merged since. `proof` is what it came by (a message, a
    call, a person), `via` the source of the call. `is_confirmed`: it needs no double opt-in; `asks`: where it
    does, a confirmation is sent.
    """

    customer_id: int
    channel: str
    topic: str
    is_granted: bool
    source: str = ""
    wording: str = ""
    at: datetime | None = None
    origin_id: int | None = None
    proof: Mapping[str, Any] = {}
    via: int | None = None
    is_confirmed: bool = False
    asks: bool = True


class Word(NamedTuple):
    """The word that stands: what, when it was said, where and how."""

    is_granted: bool
    at: datetime
    source: str
    wording: str


class Weighed(NamedTuple):
    """What of some words is the last, what is to be confirmed, what is new, and the events of it."""

    last: dict[Place, ConsentChange]
    pending: dict[Place, ConsentChange]
    said: list[tuple[Said, ConsentChange]]
    events: list[NewEvent]


KNOWN = """
    SELECT customer_id, channel, topic, is_granted, changed_at, source, wording
    FROM customers_consent WHERE customer_id = ANY(%s::bigint[])
"""
# What is said for the first time: several times as fast as the statement below, and nobody else may write it.
COPY = """
    COPY customers_consent (customer_id, channel, topic, source, wording, is_granted, changed_at) FROM STDIN
"""
COPY_WORDS = """
    COPY customers_consentword
        (customer_id, channel, topic, source, wording, proof, said, via_id, origin_id, said_at, kept_at)
    FROM STDIN
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
# Said again before it was confirmed: it is not asked for again.
WAIT = """
    INSERT INTO customers_pendingconsent (customer_id, channel, topic, source, wording, said_at, ask_at)
    SELECT * FROM unnest(
        %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[]
    )
    ON CONFLICT (customer_id, channel, topic) DO UPDATE
    SET said_at = greatest(customers_pendingconsent.said_at, excluded.said_at)
"""
# Whoever said the last word waits for nothing any more; a no to the whole channel is one to its topics.
SETTLE = """
    DELETE FROM customers_pendingconsent AS row
    USING unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[])
        AS word (customer_id, channel, topic, is_granted, at)
    WHERE row.customer_id = word.customer_id AND row.channel = word.channel AND row.said_at <= word.at
      AND (row.topic = word.topic OR (word.topic = '' AND NOT word.is_granted))
"""


def store_consents(changes: Sequence[ConsentChange], now: datetime) -> list[NewEvent]:
    """Store the words that are the last, keep all that is new; returns the events of what changed something.

    The caller holds the customers' locks.
    """
    if not changes:
        return []
    known = known_words({change.customer_id for change in changes})
    there = set(known)
    weighed = weigh(changes, known, now, double_opt_ins())
    copy_lines(COPY, (_line(word) for place, word in weighed.last.items() if place not in there))
    again = [word for place, word in weighed.last.items() if place in there]
    with connection.cursor() as cursor:
        if again:
            cursor.execute(STORE, _columns(again))
        if weighed.pending:
            cursor.execute(WAIT, _waiting(weighed.pending.values(), now))
            work.wake("channels.ask_confirmation")
        if weighed.last:
            cursor.execute(SETTLE, _settled(weighed.last.values()))
    copy_lines(COPY_WORDS, (_word_line(said, word, now) for said, word in weighed.said))
    return weighed.events


def double_opt_ins() -> OptIns:
    """Where a yes is to be confirmed: channels, and topics, none: every one."""
    return list(DoubleOptIn.objects.values_list("channel", "topic"))


def must_confirm(change: ConsentChange, opt_ins: OptIns) -> bool:
    """Whether the word is a yes that counts only once it is confirmed."""
    return (
        change.is_granted
        and not change.is_confirmed
        and any(
            channel == change.channel and ("" in (topic, change.topic) or topic == change.topic)
            for channel, topic in opt_ins
        )
    )


def weigh(
    changes: Sequence[ConsentChange], known: dict[Place, Word], now: datetime, opt_ins: OptIns
) -> Weighed:
    """Which of the words are the last, which are to be confirmed, which are new; `known` learns them."""
    weighed = Weighed({}, {}, [], [])
    for change in changes:
        change = change._replace(at=change.at or now)  # noqa: PLW2901 - the moment is filled in
        place = (change.customer_id, change.channel, change.topic)
        before = known.get(place)
        is_last = before is None or _outranks(change, before)
        if must_confirm(change, opt_ins) and not (before and before.is_granted):
            if is_last:
                weighed.pending[place] = change
                weighed.said.append((Said.ASKED, change))
            continue
        if _is_new(change, before):
            weighed.said.append((Said.GRANTED if change.is_granted else Said.REFUSED, change))
        if is_last:
            _take(weighed, place, change, before, now)
            known[place] = _word(change)
    return weighed


def _take(weighed: Weighed, place: Place, change: ConsentChange, before: Word | None, now: datetime) -> None:
    if before is None or before.is_granted != change.is_granted:
        weighed.events.append(_event(change, now))
    weighed.last[place] = change


def _is_new(change: ConsentChange, before: Word | None) -> bool:
    said = (change.is_granted, change.source, change.wording)
    return before is None or said != (before.is_granted, before.source, before.wording)


def _word(change: ConsentChange) -> Word:
    return Word(change.is_granted, _at(change), change.source, change.wording)


def _at(change: ConsentChange) -> datetime:
    assert change.at is not None  # noqa: S101 - `weigh` fills it in
    return change.at


def known_words(customer_ids: Collection[int]) -> dict[Place, Word]:
    """The last word of these customers on each channel and topic."""
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [numbers(customer_ids)])
        return {(row[0], row[1], row[2]): Word(*row[3:]) for row in cursor.fetchall()}


def _outranks(change: ConsentChange, before: Word) -> bool:
    return (_at(change), not change.is_granted) > (before.at, not before.is_granted)


def _event(change: ConsentChange, now: datetime) -> NewEvent:
    said = {"channel": change.channel, "topic": change.topic, "granted": change.is_granted}
    return NewEvent(
        change.customer_id, "$consent_changed", change.at or now, said, origin_id=change.origin_id
    )


def _line(word: ConsentChange) -> str:
    said = "\t".join(map(escaped, (word.channel, word.topic, word.source, word.wording)))
    granted = "t" if word.is_granted else "f"
    return f"{word.customer_id}\t{said}\t{granted}\t{_at(word).isoformat()}\n"


def _word_line(said: Said, word: ConsentChange, now: datetime) -> str:
    fields = (word.channel, word.topic, word.source, word.wording, json.dumps(dict(word.proof)), said.value)
    via, origin = (NULL if number is None else str(number) for number in (word.via, word.origin_id))
    line = "\t".join(map(escaped, fields))
    return f"{word.customer_id}\t{line}\t{via}\t{origin}\t{_at(word).isoformat()}\t{now.isoformat()}\n"


def _places(changes: Collection[ConsentChange]) -> list[str]:
    return [
        numbers(word.customer_id for word in changes),
        texts(word.channel for word in changes),
        texts(word.topic for word in changes),
    ]


def _columns(changes: Collection[ConsentChange]) -> list[str]:
    return [
        *_places(changes),
        texts("t" if word.is_granted else "f" for word in changes),
        texts(word.source for word in changes),
        texts(word.wording for word in changes),
        moments(_at(word) for word in changes),
    ]


def _settled(changes: Collection[ConsentChange]) -> list[str]:
    return [
        *_places(changes),
        texts("t" if word.is_granted else "f" for word in changes),
        moments(_at(word) for word in changes),
    ]


def _waiting(changes: Collection[ConsentChange], now: datetime) -> list[Any]:
    return [
        *_places(changes),
        texts(word.source for word in changes),
        texts(word.wording for word in changes),
        moments(_at(word) for word in changes),
        [now if word.asks else None for word in changes],
    ]
