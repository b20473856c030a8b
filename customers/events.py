"""The only writer of events. Whoever writes one holds the events' lock until the commit."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from config.database import LOCKS
from customers.copying import NULL, copy_lines, escaped, numbers

LOCK = f"SELECT pg_advisory_xact_lock({LOCKS}, 1)"
# No id is drawn before the lock is held.
RESERVE = f"""
    WITH held AS MATERIALIZED ({LOCK})
    SELECT nextval('customers_event_id_seq') FROM held, generate_series(1, %s)
"""
COPY = """
    COPY customers_event
        (id, customer_id, name, occurred_at, received_at, properties, source_id, message_id, is_quiet,
         origin_id)
    FROM STDIN
"""

_is_quiet: ContextVar[bool] = ContextVar("is_quiet", default=False)


@contextmanager
def quietly() -> Iterator[None]:
    """Events that are written within the block are heard by no journey: they begin, end and reach nothing."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


class NewEvent(NamedTuple):
    """An event to be written. `properties` may be JSON already; no `received_at`: the moment of writing.

    `origin_id`: as which customer's it came, who was merged since.
    """

    customer_id: int
    name: str
    occurred_at: datetime
    properties: Mapping[str, Any] | msgspec.Raw
    source_id: int | None = None
    message_id: str = ""
    received_at: datetime | None = None
    origin_id: int | None = None


def lock_events() -> None:
    """Take the events' lock: from here to the commit ids of events grow in the order of commits."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK)


def write_events(events: Sequence[NewEvent], now: datetime) -> list[int]:
    """Write events, in their order; returns their ids. The caller holds the events' lock, or gets it here."""
    if not events:
        return []
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [len(events)])
        ids = [row[0] for row in cursor.fetchall()]
    copy_lines(COPY, _lines(ids, events, now))
    return ids


ALIKE = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT customer_id, %s, %s, %s, %s::jsonb FROM unnest(%s::bigint[]) AS customer_id
"""


def write_alike(name: str, properties: Mapping[str, Any], customer_ids: Sequence[int], now: datetime) -> None:
    """The same event of many customers, in their order. The caller holds the events' lock."""
    if customer_ids:
        said = msgspec.json.encode(properties).decode()
        with connection.cursor() as cursor:
            cursor.execute(ALIKE, [name, now, now, said, numbers(customer_ids)])


def _lines(ids: Iterable[int], events: Iterable[NewEvent], now: datetime) -> Iterable[str]:
    quiet = "t" if _is_quiet.get() else "f"
    for event_id, event in zip(ids, events, strict=True):
        customer_id, name, occurred_at, properties, source_id, message_id, received_at, origin_id = event
        raw = properties if isinstance(properties, msgspec.Raw) else msgspec.json.encode(properties)
        yield (
            f"{event_id}\t{customer_id}\t{escaped(name)}\t{occurred_at.isoformat()}\t"
            f"{(received_at or now).isoformat()}\t{escaped(str(raw, 'utf-8'))}\t"
            f"{source_id or NULL}\t{escaped(message_id)}\t{quiet}\t{origin_id or NULL}\n"
        )
