"""What the layers above ask of the outbox: put candidate messages in, and take them out before they went.

Everything here runs in the caller's transaction and is one statement for all rows. Whether and when a
message goes is the gate's to say (channels/gate.py); what became of it stands in the row.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.db import connection

from channels.models import OnCap, PausedSource, Reason
from config import work


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that somebody would like to go out; `fallbacks`: contents to switch to when a cap is full."""

    customer_id: int
    content_id: int
    channel: str
    source: str
    source_id: int
    due_at: datetime
    topic: str = ""
    is_transactional: bool = False
    priority: int = 50
    context: dict[str, Any] = field(default_factory=dict)
    enrollment_id: int | None = None
    step: str = ""
    visit: int = 0
    expires_at: datetime | None = None
    on_cap: str = OnCap.HOLD
    fallbacks: Sequence[int] = ()
    held_out: str = ""  # by whose holdout: it goes through the gate, and not out of it


# A second candidate for the same visit of a step, or the same member of a broadcast, is the same message:
# ignored.
QUEUE = """
    INSERT INTO channels_message (
        customer_id, content_id, channel, topic, is_transactional, priority, context,
        source, source_id, enrollment_id, step, visit, due_at, expires_at, on_cap, fallbacks, held_out,
        created_at)
    SELECT customer_id, content_id, channel, topic, is_transactional, priority, context::jsonb,
        source, source_id, enrollment_id, step, visit, due_at, expires_at, on_cap, fallbacks::jsonb, held_out,
        %s
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::bool[], %s::smallint[], %s::text[],
        %s::text[], %s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::timestamptz[], %s::timestamptz[],
        %s::text[], %s::text[], %s::text[])
        AS new (customer_id, content_id, channel, topic, is_transactional, priority, context,
            source, source_id, enrollment_id, step, visit, due_at, expires_at, on_cap, fallbacks, held_out)
    ON CONFLICT DO NOTHING
"""


def queue_messages(candidates: Iterable[Candidate], now: datetime) -> int:
    """Make the candidates' messages in the caller's transaction and wake their channels; how many are new."""
    rows = [_row(candidate) for candidate in candidates]
    if not rows:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [now, *(list(column) for column in zip(*rows, strict=True))])
        made = int(cursor.rowcount)
    wake_channels({row[2] for row in rows})
    return made


def _row(new: Candidate) -> tuple[Any, ...]:
    return (
        new.customer_id,
        new.content_id,
        new.channel,
        new.topic,
        new.is_transactional,
        new.priority,
        json.dumps(new.context) if new.context else "{}",
        new.source,
        new.source_id,
        new.enrollment_id,
        new.step,
        new.visit,
        new.due_at,
        new.expires_at,
        new.on_cap,
        json.dumps(list(new.fallbacks)) if new.fallbacks else "[]",
        new.held_out,
    )


def wake_channels(channels: Iterable[str]) -> None:
    """Have the dispatch of these channels look, once the running transaction has committed."""
    for channel in sorted(channels):
        work.wake(f"channels.dispatch_{channel}")


# Open messages are closed. One that is being sent may still come back unsent: its reason says that it then
# stays here.
WITHDRAW = """
    UPDATE channels_message SET
        state = CASE WHEN state = 'sending' THEN state
                     WHEN slot_at IS NULL THEN 'suppressed' ELSE 'uncertain' END,
        reason = %(reason)s, detail = {detail},
        due_at = NULL, closed_at = CASE WHEN state = 'sending' THEN NULL ELSE %(now)s END
    {beside} WHERE state IN ('queued', 'held', 'sending') AND {which}
    RETURNING id, customer_id, enrollment_id, step, visit, state
"""
# Plan: a probe of one_message_per_visit for each.
WITHDRAW_ENROLLMENTS = f"""
    WITH closed AS ({
    WITHDRAW.format(
        detail="ended.said",
        beside="FROM unnest(%(enrollments)s::bigint[], %(details)s::text[]) AS ended (enrollment, said)",
        which="enrollment_id = ended.enrollment",
    )
})
    SELECT customer_id FROM closed WHERE state <> 'sending'
"""
WITHDRAW_THESE = partial(WITHDRAW.format, detail="%(detail)s", beside="")
# Plan: the same.
WITHDRAW_VISITS = f"""
    WITH closed AS ({
    WITHDRAW_THESE(
        which='''(enrollment_id, step, visit) IN (
            SELECT * FROM unnest(%(enrollments)s::bigint[], %(steps)s::text[], %(visits)s::int[]))'''
    )
})
    SELECT customer_id FROM closed WHERE state <> 'sending'
"""
# An enrollment that goes on learns of it: a notice per message, in the same statement.
TELL = """
    , told AS (
        INSERT INTO channels_fatenotice (message_id, enrollment_id, step, visit, fate, fated_at)
        SELECT id, enrollment_id, step, visit, state, %(now)s FROM closed
        WHERE enrollment_id IS NOT NULL AND state <> 'sending'
        ON CONFLICT (message_id) DO NOTHING
    )
    SELECT customer_id FROM closed WHERE state <> 'sending'
"""
CANCEL_SOURCE = f"""
    WITH closed AS ({WITHDRAW_THESE(which="source = %(source)s AND source_id = %(source_id)s")})
    {TELL}
"""
DROP_STALE = f"""
    WITH closed AS ({
    WITHDRAW_THESE(
        which="source = %(source)s AND source_id = %(source_id)s"
        " AND created_at < %(before)s AND state <> 'sending'"
    )
})
    {TELL}
"""


def withdraw(details: Mapping[int, str], reason: str, now: datetime) -> int:
    """Close the open messages of enrollments that ended; the details say why each did.

    The caller holds their customers' locks.
    """
    if not details:
        return 0
    ended = {"enrollments": list(details), "details": list(details.values())}
    return _close(WITHDRAW_ENROLLMENTS, ended | {"reason": reason, "now": now})


def withdraw_visits(visits: Sequence[tuple[int, str, int]], reason: str, detail: str, now: datetime) -> int:
    """Close the open messages of some visits, each (enrollment, step, visit); nobody is told.

    For enrollments that were taken elsewhere. The caller holds their customers' locks.
    """
    if not visits:
        return 0
    enrollments, steps, numbers = (list(column) for column in zip(*visits, strict=True))
    which = {"enrollments": enrollments, "steps": steps, "visits": numbers}
    return _close(WITHDRAW_VISITS, which | {"reason": reason, "detail": detail, "now": now})


def drop_stale(source: str, source_id: int, before: datetime, now: datetime) -> int:
    """Close the open messages of a source that were asked for before a moment; returns how many."""
    which = {"source": source, "source_id": source_id, "before": before}
    closed = _close(DROP_STALE, which | {"reason": Reason.STALE, "detail": "", "now": now})
    work.wake("journeys.hear_fates")
    return closed


def cancel_source(source: str, source_id: int, now: datetime, detail: str = "") -> int:
    """Close all open messages of a journey version or a broadcast for good."""
    which = {"source": source, "source_id": source_id}
    PausedSource.objects.filter(**which).delete()
    closed = _close(CANCEL_SOURCE, which | {"reason": Reason.WITHDRAWN, "detail": detail, "now": now})
    work.wake("journeys.hear_fates")
    return closed


def _close(sql: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        customers = [customer_id for (customer_id,) in cursor.fetchall()]
    reconsider(customers, values["now"])
    return len(customers)


PAUSE = """
    UPDATE channels_message SET state = 'held', reason = 'paused', detail = '', due_at = NULL
    WHERE source = %s AND source_id = %s AND state IN ('queued', 'held')
"""
RESUME = """
    UPDATE channels_message SET state = 'queued', reason = '', due_at = %s
    WHERE source = %s AND source_id = %s AND state = 'held' AND reason = 'paused'
    RETURNING channel
"""


def pause_source(source: str, source_id: int) -> int:
    """Hold all open messages of a source until it is resumed, those that come back from a provider too."""
    PausedSource.objects.get_or_create(source=source, source_id=source_id)
    with connection.cursor() as cursor:
        cursor.execute(PAUSE, [source, source_id])
        return int(cursor.rowcount)


def resume_source(source: str, source_id: int, now: datetime) -> int:
    """Let the held messages of a paused source go on to the gate."""
    PausedSource.objects.filter(source=source, source_id=source_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(RESUME, [now, source, source_id])
        channels = [channel for (channel,) in cursor.fetchall()]
    wake_channels(set(channels))
    return len(channels)


# A slot came free before its time: what waits for one is looked at again. Rows that are locked are being
# decided.
RECONSIDER = """
    UPDATE channels_message SET due_at = %(now)s WHERE id = ANY(ARRAY(
        SELECT id FROM channels_message
        WHERE customer_id = ANY(%(customers)s) AND state = 'held' AND due_at > %(now)s
          AND reason IN ('cap', 'own_wish', 'priority')
        FOR UPDATE SKIP LOCKED))
    RETURNING channel
"""


def reconsider(customer_ids: Sequence[int], now: datetime) -> int:
    """Let the gate look again at what these customers' caps hold back, for a message gave up its place."""
    if not customer_ids:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(RECONSIDER, {"customers": list(customer_ids), "now": now})
        channels = [channel for (channel,) in cursor.fetchall()]
    wake_channels(set(channels))
    return len(channels)
