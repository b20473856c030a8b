"""What the gate writes: one statement for each kind of verdict, whatever the number of messages."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection

from channels.outbox import wake_channels
from channels.provider import Taken
from channels.verdict import ADDRESS_KINDS, Close, Hold, Open, Person, Switch, Withhold
from config import work

# The slot is taken by this statement, under the customers' locks. A transactional message takes none.
TAKE = """
    UPDATE channels_message AS m SET state = 'sending', reason = '', detail = '', due_at = NULL,
        slot_at = CASE WHEN is_transactional THEN NULL ELSE %(now)s END, stage_number = one.stage_number,
        attempts = attempts + 1, lease_until = clock_timestamp() + %(lease)s, lease_token = %(token)s
    FROM unnest(%(ids)s::bigint[], %(stages)s::smallint[]) AS one (id, stage_number)
    WHERE m.id = one.id
    RETURNING m.id, public_id, customer_id, content_id, context, attempts
"""
HOLD = """
    UPDATE channels_message AS m
    SET state = 'held', due_at = one.until, reason = one.reason, detail = one.detail,
        held_by = CASE WHEN m.held_by = 'cap' THEN 'cap' ELSE one.reason END
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[]) AS one (id, until, reason, detail)
    WHERE m.id = one.id
"""
SWITCH = """
    UPDATE channels_message AS m SET state = 'queued', reason = '', detail = '', channel = one.channel,
        content_id = one.content_id, topic = one.topic, fallbacks = one.fallbacks::jsonb
    FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::text[])
        AS one (id, content_id, channel, topic, fallbacks)
    WHERE m.id = one.id
"""
# One whose earlier answer never came may have been sent, so it is not said that it was not. What held a
# message that expires stays in its detail.
CLOSE = """
    WITH closed AS (
        UPDATE channels_message AS m SET
            state = CASE WHEN slot_at IS NULL THEN 'suppressed' ELSE 'uncertain' END, reason = one.reason,
            detail = CASE WHEN one.reason = 'expired' THEN m.detail ELSE one.detail END,
            due_at = NULL, closed_at = %s
        FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS one (id, reason, detail)
        WHERE m.id = one.id
        RETURNING m.id, enrollment_id, step, visit, state, closed_at
    )
    INSERT INTO channels_fatenotice (message_id, enrollment_id, step, visit, fate, fated_at)
    SELECT * FROM closed WHERE enrollment_id IS NOT NULL
    ON CONFLICT (message_id) DO NOTHING
"""


# As if it had been sent: the slot is taken, and the enrollment goes on as its twins do.
WITHHOLD = """
    WITH withheld AS (
        UPDATE channels_message AS m SET
            state = CASE WHEN m.slot_at IS NULL THEN 'suppressed' ELSE 'uncertain' END, reason = 'holdout',
            detail = one.by, due_at = NULL, slot_at = %(now)s, stage_number = one.stage_number,
            closed_at = %(now)s
        FROM unnest(%(ids)s::bigint[], %(bys)s::text[], %(stages)s::smallint[]) AS one (id, by, stage_number)
        WHERE m.id = one.id
        RETURNING m.id, enrollment_id, step, visit
    )
    INSERT INTO channels_fatenotice (message_id, enrollment_id, step, visit, fate, fated_at)
    SELECT id, enrollment_id, step, visit, 'sent', %(now)s FROM withheld WHERE enrollment_id IS NOT NULL
    ON CONFLICT (message_id) DO NOTHING
"""


class Sending(NamedTuple):
    """A message that is let through, and how often it has been, this time included."""

    message: Taken
    attempts: int


def take(
    messages: Sequence[Open], persons: Mapping[int, Person], token: UUID, channel: str, now: datetime
) -> list[Sending]:
    """Let messages through: each takes its slot and a lease under this token."""
    if not messages:
        return []
    values: dict[str, Any] = {
        "ids": [message.id for message in messages],
        "stages": [persons[message.customer_id].stage_number for message in messages],
        "token": token,
        "lease": settings.LEASE,
        "now": now,
    }
    kind = ADDRESS_KINDS.get(channel, "")
    with connection.cursor() as cursor:
        cursor.execute(TAKE, values)
        return [_sending(row, channel, persons[row[2]], kind) for row in cursor.fetchall()]


def _sending(row: tuple[Any, ...], channel: str, person: Person, kind: str) -> Sending:
    message_id, public_id, customer_id, content_id, context, attempts = row
    address = person.addresses[kind].value if kind else ""
    context = {} if context == "{}" else json.loads(context)
    return Sending(Taken(message_id, public_id, customer_id, content_id, channel, address, context), attempts)


def hold(verdicts: Mapping[int, Hold]) -> None:
    """Let messages wait, each until its moment."""
    _write(HOLD, [(key, *verdict) for key, verdict in verdicts.items()])


def switch(verdicts: Mapping[int, Switch]) -> None:
    """Send messages on to the gates of other channels."""
    rows = [(key, *verdict.way, json.dumps(list(verdict.fallbacks))) for key, verdict in verdicts.items()]
    if _write(SWITCH, rows):
        wake_channels({verdict.way.channel for verdict in verdicts.values()})


def withhold(
    verdicts: Mapping[int, Withhold], messages: Sequence[Open], persons: Mapping[int, Person], now: datetime
) -> None:
    """Close what would have gone out to customers who are held out, and tell the enrollments."""
    if not verdicts:
        return
    withheld = [message for message in messages if message.id in verdicts]
    values: dict[str, Any] = {
        "ids": [message.id for message in withheld],
        "bys": [verdicts[message.id].by for message in withheld],
        "stages": [persons[message.customer_id].stage_number for message in withheld],
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(WITHHOLD, values)
    work.wake("journeys.hear_fates")


def close(verdicts: Mapping[int, Close], now: datetime) -> None:
    """Close messages for good, and tell the enrollments that wait for them."""
    if _write(CLOSE, [(key, *verdict) for key, verdict in verdicts.items()], now):
        work.wake("journeys.hear_fates")


def _write(sql: str, rows: Sequence[tuple[Any, ...]], *first: Any) -> bool:
    if not rows:
        return False
    with connection.cursor() as cursor:
        cursor.execute(sql, [*first, *(list(column) for column in zip(*rows, strict=True))])
    return True
