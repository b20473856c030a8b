"""The inbox: calls are stored before they are acknowledged, and applied in sets, each exactly once.

`accept` stores; `drain` applies what is pending and removes it, in one transaction under the events' lock,
so there is one drainer at a time. A batch that fails is halved until the row that is to blame stands
alone; that row is tried five times, ever later, and then parked with its error. A row that ends the process
is found by the care of the next one (`customers.pace`).
"""

import logging
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import DatabaseError, connection, transaction

from config import database, work
from customers.apply import ABOUT_NOBODY, apply_calls
from customers.copying import NULL, copy_lines, escaped, numbers
from customers.events import lock_events
from customers.identity import Received
from customers.pace import Pace
from customers.seen import digest_of, first_seen
from customers.tracking.calls import Call, corrected

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
BATCH = 2000
FIRST_DELAY = 10  # seconds, then four times as long each time: 10 s, 40 s, 2:40, 10:40


ENDED = "The process that applied it ended, or the database under it did."

_pace = Pace()


class CustomerEvent(NamedTuple):
    """An event about a known customer, from the layers above. `message_id` names it once and for all."""

    customer_id: int
    name: str
    occurred_at: datetime
    properties: dict[str, Any]
    message_id: str


STORE = "COPY customers_inboxrow (received_at, source_id, message_id, kind, payload) FROM STDIN"


def accept(calls: Sequence[Call], source_id: int | None, now: datetime) -> None:
    """Store calls and commit: when this returns they are safe, and will take effect once."""
    store([(call, source_id) for call in calls], now)


def accept_customer_events(rows: Sequence[CustomerEvent], now: datetime) -> None:
    """Store events about known customers, by the same way; one that is stored twice takes effect once."""
    store(
        [
            (
                Call(
                    kind="event",
                    message_id=row.message_id,
                    occurred_at=row.occurred_at,
                    event=row.name,
                    properties=row.properties,
                    customer_id=row.customer_id,
                ),
                None,
            )
            for row in rows
        ],
        now,
    )


def store(calls: Sequence[tuple[Call, int | None]], now: datetime) -> None:
    """Store calls of one source or several with one statement."""
    if not calls:
        return
    received = now.isoformat()
    lines = []
    for call, source_id in calls:
        call.occurred_at = corrected(call.occurred_at, call.sent_at, now)
        call.sent_at = None
        payload = escaped(msgspec.json.encode(call).decode())
        lines.append(f"{received}\t{source_id or NULL}\t{escaped(call.message_id)}\t{call.kind}\t{payload}\n")
    with transaction.atomic(savepoint=False):
        copy_lines(STORE, lines)
        work.wake("customers.drain")


class Stored(Call, kw_only=True):
    """A call out of the inbox; its properties stay as the text they are until PostgreSQL has them again."""

    properties: msgspec.Raw = msgspec.Raw(b"{}")  # type: ignore[assignment]


_decode = msgspec.json.Decoder(Stored).decode


class Pending(NamedTuple):
    """A claimed row."""

    id: int
    received_at: datetime
    source_id: int | None
    message_id: str
    payload: str


# Counts on inbox_pending (id where pending). The events' lock keeps other drainers away: no row is locked.
CLAIM = """
    SELECT id, received_at, source_id, message_id, payload::text
    FROM customers_inboxrow WHERE state = 'pending' AND (due_at IS NULL OR due_at <= %s) ORDER BY id LIMIT %s
"""


READ = """
    SELECT id, received_at, source_id, message_id, payload::text FROM customers_inboxrow WHERE id = ANY(%s)
"""


# Off inbox_pending, as the claim.
DRAIN_DUE = """
    EXISTS (SELECT FROM customers_inboxrow WHERE state = 'pending' AND (due_at IS NULL OR due_at <= %(now)s))
"""


def drain(now: datetime, limit: int = BATCH) -> int:
    """Apply the oldest pending calls; returns how many rows it moved."""
    moved = 0
    while moved < limit:
        size = min(_pace.rows, limit - moved)
        try:
            batch = _drain_alone(now) if _pace.is_careful else _drain_batch(now, size)
        except database.AWAY:
            _pace.slow()
            raise  # the next sweep tries again
        moved += batch
        if batch < size:
            break
        _pace.quicken()
    return moved


def _drain_batch(now: datetime, limit: int) -> int:
    try:
        return _drain_whole(now, limit)
    except Exception as error:
        if database.is_away(error):
            raise
        logger.warning("A batch of calls failed (%s); looking for the row.", type(error).__name__)
    return _drain_in_parts(now, limit)


def _drain_alone(now: datetime) -> int:
    """Apply the oldest pending call by itself, the attempt counted and committed before the work."""
    with transaction.atomic():
        lock_events()
        counted = [row.id for row in _claim(now, 1)]
        _count_attempts(counted, now)
    faults: dict[int, str] = {}
    with work.redoable():
        lock_events()
        _apply_parts(_read(counted), now, faults)
        _explain(faults)
    return len(counted)


def _drain_whole(now: datetime, limit: int) -> int:
    with work.redoable():
        lock_events()
        rows = _claim(now, limit)
        _apply(rows, now)
    return len(rows)


def _drain_in_parts(now: datetime, limit: int) -> int:
    faults: dict[int, str] = {}
    with work.redoable():
        lock_events()
        rows = _claim(now, limit)
        _apply_parts(rows, now, faults)
        _count_attempts(faults, now)
        _explain(faults)
    return len(rows)


def _claim(now: datetime, limit: int) -> list[Pending]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [now, limit])
        return [Pending(*row) for row in cursor.fetchall()]


def _read(ids: Sequence[int]) -> list[Pending]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [list(ids)])
        return [Pending(*row) for row in cursor.fetchall()]


def _apply_parts(rows: Sequence[Pending], now: datetime, faults: dict[int, str]) -> None:
    """Apply rows under a savepoint; where that fails, each half of them, down to the single row."""
    if not rows:
        return
    try:
        with transaction.atomic():
            _apply(rows, now)
    except Exception as error:
        if database.is_away(error):
            raise
        if len(rows) == 1:
            faults[rows[0].id] = told(error)
            return
        middle = len(rows) // 2
        _apply_parts(rows[:middle], now, faults)
        _apply_parts(rows[middle:], now, faults)


def told(error: Exception) -> str:
    """An error without the data that it may quote."""
    name = type(error).__name__
    if isinstance(error, DatabaseError):
        cause = error.__cause__
        return f"{name}: {getattr(getattr(cause, 'diag', None), 'message_primary', '') or 'refused'}"[:500]
    return f"{name}: {error}"[:500]


def _apply(rows: Sequence[Pending], now: datetime) -> None:
    """Apply rows and take them out of the inbox."""
    if not rows:
        return
    fresh = first_seen(rows, now)
    parked: list[Pending] = []
    batch = [Received(_decode(row.payload), row.received_at, row.source_id, row.message_id) for row in fresh]
    if batch:
        resolved = apply_calls(batch, now)
        parked = [fresh[place] for place in resolved.unclear]
        _park(parked, ABOUT_NOBODY)
    done = {row.id for row in rows} - {row.id for row in parked}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_inboxrow WHERE id = ANY(%s::bigint[])", [numbers(done)])


PARK = """
    WITH parked AS (
        UPDATE customers_inboxrow SET state = 'parked', error = %s WHERE id = ANY(%s)
    )
    DELETE FROM customers_seenmessage WHERE digest = ANY(%s::uuid[])
"""


def _park(rows: Sequence[Pending], error: str) -> None:
    """Put rows aside for good, until somebody drives them anew; they have had no effect."""
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(PARK, [error, [row.id for row in rows], [digest_of(row) for row in rows]])


ATTEMPT = """
    UPDATE customers_inboxrow
    SET attempts = attempts + 1, error = %s,
        state = CASE WHEN attempts + 1 >= %s THEN 'parked' ELSE 'pending' END,
        due_at = %s + make_interval(secs => %s * power(4, attempts))
    WHERE id = ANY(%s)
"""


def _count_attempts(ids: Collection[int], now: datetime) -> None:
    """Put rows that fail, or may, aside for a while, after the fifth time for good."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(ATTEMPT, [ENDED, MOST_ATTEMPTS, now, FIRST_DELAY, list(ids)])


EXPLAIN = """
    UPDATE customers_inboxrow AS row SET error = fault.error
    FROM unnest(%s::bigint[], %s::text[]) AS fault(id, error) WHERE row.id = fault.id
"""


def _explain(faults: dict[int, str]) -> None:
    """Say of rows whose attempt is counted what was wrong with them."""
    if faults:
        with connection.cursor() as cursor:
            cursor.execute(EXPLAIN, [list(faults), list(faults.values())])
        logger.warning("%d calls could not be applied; see the inbox rows with an error.", len(faults))


def redrive(row_ids: Sequence[int], now: datetime) -> int:
    """Let parked rows be tried again; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE customers_inboxrow SET state = 'pending', attempts = 0, due_at = %s"
            " WHERE id = ANY(%s) AND state = 'parked'",
            [now, list(row_ids)],
        )
        moved = int(cursor.rowcount)
        work.wake("customers.drain")
    return moved
