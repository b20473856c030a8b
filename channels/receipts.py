"""What a provider's answers make of messages: pure decisions, and one statement that records them.

| answer | becomes | its slot |
|---|---|---|
| accepted | sent | kept |
| refused, or could not be rendered | failed | given back |
| try again | queued, later and later; failed after five attempts | given back |
| unknown | uncertain; queued where the provider is idempotent | kept |
| left | queued, the attempt not counted | given back |

Only the holder of the lease's token can record: a worker that comes late changes nothing.
"""

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from channels.models import MessageState, Reason
from channels.moves import Sending
from channels.outbox import reconsider
from channels.provider import Answer, Receipt
from config import database, work
from customers.models import News
from customers.news import tell

logger = logging.getLogger(__name__)

ATTEMPTS = 5
FIRST_WAIT = timedelta(seconds=30)
GROWTH = 6.0  # 30 seconds, 3 minutes, 18, and nearly two hours: an outage of two hours is outlived
SPREAD = 2_654_435_761  # Knuth's multiplier: scatters ids that follow each other
LONGEST_DETAIL = 500
LONGEST_ID = 200


class Answered(NamedTuple):
    """What an answer makes of one message; the columns of RECORD."""

    message_id: int
    state: str
    reason: str
    detail: str
    provider_id: str
    due_at: datetime | None
    keeps_slot: bool
    attempts: int
    body: str = ""


def backoff(message_id: int, attempts: int) -> timedelta:
    """How long to wait after so many attempts: longer each time, give or take a fifth by the message's id."""
    jitter = (message_id * SPREAD % 2**32) / 2**32  # the same for the same message, so that a test can say it
    return FIRST_WAIT * (GROWTH ** (attempts - 1) * (0.8 + 0.4 * jitter))


def answered(sending: Sending, receipt: Receipt, *, is_idempotent: bool, now: datetime) -> Answered:
    """What the answer makes of the message."""
    said = receipt.reason[:LONGEST_DETAIL].replace("\x00", "")
    match receipt.answer:
        case Answer.ACCEPTED:
            sent = _fate(sending, MessageState.SENT, provider_id=receipt.provider_id[:LONGEST_ID])
            return sent._replace(body=receipt.body)
        case Answer.REFUSED:
            return _fate(sending, MessageState.FAILED, Reason.REFUSED, said)._replace(body=receipt.body)
        case Answer.LEFT:
            return _again(sending, now, said, attempts=sending.attempts - 1)
    may_be_sent = receipt.answer == Answer.UNKNOWN
    if sending.attempts < ATTEMPTS and (is_idempotent or not may_be_sent):
        wait = max(backoff(sending.message.id, sending.attempts), receipt.after or timedelta(0))
        return _again(sending, now + wait, said, keeps_slot=may_be_sent)
    if may_be_sent:
        return _fate(sending, MessageState.UNCERTAIN, Reason.NO_ANSWER, said)
    return _fate(sending, MessageState.FAILED, Reason.EXHAUSTED, said)


def _fate(
    sending: Sending, state: MessageState, reason: str = "", detail: str = "", provider_id: str = ""
) -> Answered:
    keeps = state != MessageState.FAILED
    return Answered(sending.message.id, state, reason, detail, provider_id, None, keeps, sending.attempts)


def _again(
    sending: Sending,
    due_at: datetime,
    detail: str,
    *,
    keeps_slot: bool = False,
    attempts: int | None = None,
) -> Answered:
    counted = sending.attempts if attempts is None else attempts
    return Answered(sending.message.id, MessageState.QUEUED, "", detail, "", due_at, keeps_slot, counted)


# By primary key, a hop per message. A message that was withdrawn while it was being sent (it has a reason)
# is not queued again. What fails or goes back gives its slot up, so its customer is returned, to be
# reconsidered.
RECORD = """
    WITH answer AS (
        SELECT * FROM unnest(%(ids)s::bigint[], %(states)s::text[], %(reasons)s::text[], %(details)s::text[],
            %(provider_ids)s::text[], %(dues)s::timestamptz[], %(keeps)s::bool[], %(attempts)s::smallint[],
            %(bodies)s::text[])
            AS a (id, state, reason, detail, provider_id, due_at, keeps_slot, attempts, body)
    ), done AS (
        UPDATE channels_message AS m SET
            state = CASE WHEN a.state <> 'queued' OR m.reason = '' THEN a.state
                         WHEN a.keeps_slot THEN 'uncertain' ELSE 'suppressed' END,
            reason = CASE WHEN a.state = 'queued' THEN m.reason ELSE a.reason END,
            detail = CASE WHEN a.state = 'queued' AND m.reason <> '' THEN m.detail ELSE a.detail END,
            due_at = CASE WHEN m.reason = '' THEN a.due_at END,
            provider_id = a.provider_id, attempts = a.attempts,
            slot_at = CASE WHEN a.keeps_slot THEN m.slot_at END,
            sent_at = CASE WHEN a.state = 'sent' THEN %(now)s END,
            closed_at = CASE WHEN a.state <> 'queued' OR m.reason <> '' THEN %(now)s END,
            lease_until = NULL, lease_token = NULL
        FROM answer AS a
        WHERE m.id = a.id AND m.state = 'sending' AND m.lease_token = %(token)s
        RETURNING m.id, m.customer_id, m.enrollment_id, m.step, m.visit, m.state, m.slot_at,
            m.is_transactional, nullif(a.body, '')::jsonb AS answer
    ), told AS (
        INSERT INTO channels_fatenotice (message_id, enrollment_id, step, visit, fate, fated_at, answer)
        SELECT id, enrollment_id, step, visit, state, %(now)s, answer FROM done
        WHERE enrollment_id IS NOT NULL AND state <> 'queued'
        ON CONFLICT (message_id) DO NOTHING
        RETURNING message_id
    )
    SELECT (SELECT count(*) FROM done), (SELECT count(*) FROM told),
           (SELECT array_agg(customer_id) FROM done WHERE slot_at IS NULL AND NOT is_transactional),
           (SELECT array_agg(DISTINCT customer_id) FROM done WHERE state = 'sent')
"""


def record(answers: Sequence[Answered], token: UUID, now: datetime, *, is_idempotent: bool = False) -> int:
    """Write the answers down; how many were still ours to write. Goes on trying while PostgreSQL is away.

    What an idempotent provider said need not wait for the disk: lost, it is asked again and says the same.
    """
    if not answers:
        return 0
    until = time.monotonic() + settings.LEASE.total_seconds() / 2
    pause = 0.05
    while True:
        try:
            with work.redoable() if is_idempotent else transaction.atomic():
                return _record(answers, token, now)
        except database.AWAY:
            if connection.in_atomic_block or time.monotonic() + pause > until:
                raise
            logger.warning("PostgreSQL did not take %d answers; trying again.", len(answers))
            connection.close()
            time.sleep(pause)
            pause = min(pause * 2, 2.0)


def _record(answers: Sequence[Answered], token: UUID, now: datetime) -> int:
    ids, states, reasons, details, provider_ids, dues, keeps, attempts, bodies = _columns(answers)
    values: dict[str, Any] = {
        "ids": ids,
        "states": states,
        "reasons": reasons,
        "details": details,
        "provider_ids": provider_ids,
        "dues": dues,
        "keeps": keeps,
        "attempts": attempts,
        "bodies": bodies,
        "token": token,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECORD, values)
        done, told, freed, received = cursor.fetchone()
    tell(received or [], News.What.MESSAGES)
    if told:
        work.wake("journeys.hear_fates")
    reconsider(freed or [], now)
    return int(done)


def _columns(answers: Iterable[Answered]) -> list[list[object]]:
    return [list(column) for column in zip(*answers, strict=True)]
