"""The engine: claim what is due, answer its rules once, let each step decide, write all of it.

One transaction for a batch: a worker that dies rolls back, and there is nothing to rescue. What steps
decide is pure (`journeys.step`, `journeys.walk`); what is read and written is in `journeys.load` and
`journeys.write`.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter

from django.db import connection

from channels.outbox import Candidate
from config import database, work
from journeys import goals, holdout, load, write
from journeys.told import tell
from journeys.walk import SHARED, Claimed, Walk, grouped

logger = logging.getLogger(__name__)

BATCH = 1000
FATES = 5000  # notices that are read at once
MOST_STEPS_AT_ONCE = 50  # that one enrollment passes in one claim; it goes on in the next


def advance(now: datetime, limit: int = BATCH) -> int:
    """Advance due enrollments, up to `limit`; returns how many there were."""
    try:
        return _advance(now, limit)
    except Exception as error:
        if database.is_away(error):
            raise
        logger.exception("A batch of enrollments could not be advanced; looking for the one that stops it.")
        return _isolate(load.due_ids(now, limit), now)


Failures = list[tuple[Claimed, str]]


@work.redoable()
def _advance(now: datetime, limit: int, ids: Sequence[int] | None = None) -> int:
    rows = load.claim(now, limit, ids)
    if rows:
        failures: Failures = []
        walks = walk_all(goals.look_back(_begin(rows, failures), now), now, failures)
        walks, candidates = _send(walks, now, failures)
        write.write_moves(walks, now)
        write.write_lacking([walk for walk in walks if walk.lacks])
        goals.count_marked(walks)
        write.write_messages(candidates, now)
        write.write_failures(failures, now)
    return len(rows)


def _begin(rows: Sequence[Claimed], failures: Failures) -> list[Walk]:
    """Walks of those who stand alike; rows whose version or step can't be read fail."""
    graphs = load.graphs(rows)
    walks: list[Walk] = []
    for together in grouped(rows, itemgetter(slice(SHARED, None))).values():
        graph, step = graphs[together[0].version_id], together[0].step
        if isinstance(graph, Exception):
            failures += [(row, f"The version can't be read: {graph}") for row in together]
        elif step not in graph.places:
            failures += [(row, f"The version has no step {step!r}.") for row in together]
        else:
            walks.append(Walk(together, graph))
    return walks


def walk_all(walks: Sequence[Walk], now: datetime, failures: Failures) -> list[Walk]:
    """Let all decide, step by step, until each has its move; those at a step that raises fail alone.

    Those at a step whose content or segment is gone stop there.
    """
    ended = [walk for walk in walks if walk.move is not None]
    moving = [walk for walk in walks if walk.move is None]
    for _ in range(MOST_STEPS_AT_ONCE):
        lacking = load.lacking(moving)
        for walk in moving:
            if walk.place in lacking and not walk.has_fate:
                walk.lack(lacking[walk.place], now)
        ended += [walk for walk in moving if walk.lacks]
        able = [walk for walk in moving if not walk.lacks]
        moving = [walk for walk in tell(able, now) if _decide(walk, now, failures)]
        ended += [walk for walk in moving if walk.move is not None]
        moving = [walk for walk in moving if walk.move is None]
        if not moving:
            break
    for walk in moving:
        walk.stop(now)
    return [*ended, *moving]


def _decide(walk: Walk, now: datetime, failures: Failures) -> bool:
    try:
        walk.decide(now)
    except Exception as error:
        logger.exception("Step %s of version %s failed.", walk.place.id, walk.rows[0].version_id)
        failures += [(row, f"{walk.place.id}: {error!r}") for row in walk.rows]
        return False
    return True


def _send(walks: list[Walk], now: datetime, failures: Failures) -> tuple[list[Walk], list[Candidate]]:
    """The messages that the walks asked for, and the walks without those whose content is gone: they fail."""
    sending = [walk for walk in walks if walk.sends]
    if not sending:
        return walks, []
    contents = load.contents(queued for walk in sending for queued in walk.sends)
    contexts = load.contexts([row.id for walk in sending for row in walk.rows])
    kept = [walk for walk in walks if not walk.sends]
    candidates: list[Candidate] = []
    for walk in sending:
        try:
            candidates += write.candidates(walk, contents, contexts, now)
            kept.append(walk)
        except ValueError as error:
            failures += [(row, str(error)) for row in walk.rows]
    return kept, holdout.marked(candidates, kept)


def _isolate(ids: Sequence[int], now: datetime) -> int:
    """Advance enrollments in ever smaller batches, so that one that the database refuses fails alone."""
    if not ids:
        return 0
    try:
        return _advance(now, len(ids), ids)
    except Exception as error:
        if database.is_away(error):
            raise
        if len(ids) == 1:
            return _fail(ids[0], f"{error!r}", now)
    half = len(ids) // 2
    return _isolate(ids[:half], now) + _isolate(ids[half:], now)


@work.redoable()
def _fail(enrollment_id: int, error: str, now: datetime) -> int:
    rows = load.claim(now, 1, [enrollment_id])
    write.write_failures([(row, error) for row in rows], now)
    return len(rows)


FATES_DUE = "EXISTS (SELECT FROM channels_fatenotice)"
# Rows are locked in the order of their ids, as everywhere, so that listeners, pauses and exits can wait for
# each other.
HEAR = """
    WITH told AS MATERIALIZED (
        SELECT message_id, enrollment_id, step, visit, fate, fated_at, answer
        FROM channels_fatenotice ORDER BY message_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ), standing AS MATERIALIZED (
        SELECT row.id, told.message_id, told.fate, told.fated_at, told.answer
        FROM told JOIN journeys_enrollment row ON row.id = told.enrollment_id
        WHERE row.standing = 'message' AND row.step = told.step AND row.visit = told.visit
        ORDER BY row.id FOR UPDATE OF row
    ), woken AS (
        UPDATE journeys_enrollment row
        SET standing = 'due', due_at = least(standing.fated_at, %(now)s), fate = standing.fate,
            context = CASE WHEN standing.answer IS NULL THEN row.context ELSE jsonb_set(
                row.context, '{answers}',
                coalesce(row.context -> 'answers', '{}') || jsonb_build_object(row.step, standing.answer)) END
        FROM standing WHERE row.id = standing.id
    )
    DELETE FROM channels_fatenotice notice USING told WHERE notice.message_id = told.message_id
"""


def hear_fates(now: datetime, limit: int = FATES) -> int:
    """Read fate notices: enrollments that stand at those messages become due; returns how many were read."""
    with work.redoable(), connection.cursor() as cursor:
        cursor.execute(HEAR, {"now": now, "limit": limit})
        if cursor.rowcount:
            work.wake("journeys.advance")
        return int(cursor.rowcount)
