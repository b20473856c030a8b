"""The engine: claim what is due, answer its rules once, let each step decide, write all of it.

One transaction for a batch: a worker that dies rolls back, and there is nothing to rescue. What steps decide is pure
(`journeys.step`, `journeys.walk`); what is read and written is in `journeys.load` and `journeys.write`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime

from django.db import InterfaceError, OperationalError, connection, transaction

from channels.outbox import Candidate
from config import work
from journeys import load, write
from journeys.walk import Claimed, Walk

logger = logging.getLogger(__name__)

MOST_STEPS_AT_ONCE = 50  # that one enrollment passes in one claim; it goes on in the next


def advance(now: datetime, limit: int = 1000) -> int:
    """Advance due enrollments, up to `limit`; returns how many there were."""
    try:
        return _advance(now, limit)
    except (OperationalError, InterfaceError):
        raise  # the database is away, or ended this transaction: nobody's row is to blame
    except Exception:
        logger.exception("A batch of enrollments could not be advanced; looking for the one that stops it.")
        return _isolate(load.due_ids(now, limit), now)


@transaction.atomic
def _advance(now: datetime, limit: int, ids: Sequence[int] | None = None) -> int:
    rows = load.claim(now, limit, ids)
    if rows:
        walks, failures = _begin(rows)
        walk_all(walks, now, failures)
        candidates = _candidates(walks, now, failures)
        done = [walk for walk in walks if walk.row.id not in failures]
        if done:
            write.write_moves(done, now)
        write.write_messages(candidates, now)
        write.write_failures(failures, now)
    return len(rows)


Failures = dict[int, tuple[int, str]]


def _begin(rows: Sequence[Claimed]) -> tuple[list[Walk], Failures]:
    """A walk for each row; rows whose version or step can't be read fail."""
    graphs = load.graphs(rows)
    walks: list[Walk] = []
    failures: Failures = {}
    for row in rows:
        graph = graphs[row.version_id]
        if isinstance(graph, Exception):
            failures[row.id] = (row.attempts, f"The version can't be read: {graph}")
        elif row.step not in graph.places:
            failures[row.id] = (row.attempts, f"The version has no step {row.step!r}.")
        else:
            walks.append(Walk(row, graph))
    return walks, failures


def walk_all(walks: Sequence[Walk], now: datetime, failures: Failures) -> None:
    """Let all walks decide step by step until each has its move; one that raises fails alone."""
    moving: Sequence[Walk] = walks
    load.look_back(moving)
    for _ in range(MOST_STEPS_AT_ONCE):
        answered = load.answers(moving, now)
        load.set_zones(moving)
        for walk in moving:
            try:
                walk.decide(now, load.holds_of(walk, answered) if answered else frozenset())
            except Exception as error:
                logger.exception("Enrollment %s failed at step %s", walk.row.id, walk.place.id)
                failures[walk.row.id] = (walk.row.attempts, f"{walk.place.id}: {error!r}")
        moving = [walk for walk in moving if walk.move is None and walk.row.id not in failures]
        if not moving:
            return
    for walk in moving:
        walk.stop(now)


def _candidates(walks: Sequence[Walk], now: datetime, failures: Failures) -> list[Candidate]:
    """The messages of all walks that sent; a walk whose content is gone fails."""
    sending = [walk for walk in walks if walk.sends and walk.row.id not in failures]
    if not sending:
        return []
    contents = load.contents(queued for walk in sending for queued in walk.sends)
    contexts = load.contexts([walk.row.id for walk in sending])
    candidates: list[Candidate] = []
    for walk in sending:
        try:
            candidates += [
                write.candidate(walk, queued, contents, contexts[walk.row.id], now) for queued in walk.sends
            ]
        except ValueError as error:
            failures[walk.row.id] = (walk.row.attempts, str(error))
    return candidates


def _isolate(ids: Sequence[int], now: datetime) -> int:
    """Advance enrollments in ever smaller batches, so that one that the database refuses fails alone."""
    try:
        return _advance(now, len(ids), ids)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        if len(ids) == 1:
            return _fail(ids[0], f"{error!r}", now)
    half = len(ids) // 2
    return _isolate(ids[:half], now) + _isolate(ids[half:], now)


@transaction.atomic
def _fail(enrollment_id: int, error: str, now: datetime) -> int:
    rows = load.claim(now, 1, [enrollment_id])
    write.write_failures({row.id: (row.attempts, error) for row in rows}, now)
    return len(rows)


# Rows are locked in the order of their ids, as everywhere, so that listeners, pauses and exits can wait for each other.
HEAR = """
    WITH told AS MATERIALIZED (
        SELECT message_id, enrollment_id, step, visit, fate, fated_at
        FROM channels_fatenotice ORDER BY message_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), standing AS MATERIALIZED (
        SELECT row.id, told.message_id, told.fate, told.fated_at
        FROM told JOIN journeys_enrollment row ON row.id = told.enrollment_id
        WHERE row.standing = 'message' AND row.step = told.step AND row.visit = told.visit
        ORDER BY row.id FOR UPDATE OF row
    ), woken AS (
        UPDATE journeys_enrollment row
        SET standing = 'due', due_at = least(standing.fated_at, %(now)s), fate = standing.fate
        FROM standing WHERE row.id = standing.id
    )
    DELETE FROM channels_fatenotice notice USING told WHERE notice.message_id = told.message_id
"""


def hear_fates(now: datetime, limit: int = 5000) -> int:
    """Read fate notices: the enrollments that stand at those messages become due; returns the notices read."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(HEAR, {"now": now, "limit": limit})
        if cursor.rowcount:
            work.wake("journeys.advance")
        return cursor.rowcount
