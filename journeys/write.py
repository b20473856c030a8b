"""What a batch of the engine writes: step log, enrollments' standing, messages, failures. All in bulk."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import connection

from channels.outbox import Candidate, queue_messages
from config import work
from journeys import news
from journeys.load import Content
from journeys.tallies import End, Step, count_ends, count_steps
from journeys.walk import MOST_ATTEMPTS, Claimed, Move, Queued, Walk, backoff

# Enrollments that move alike share one move, so that the lists stay short. Plan: hash joins of the lists,
# one probe of the primary key for each enrollment, whose page is in memory since the claim.
LOG = """
    INSERT INTO journeys_steplog
        (enrollment_id, customer_id, version_id, step, visit, branch, reached_at, left_at)
    SELECT row.id, row.customer_id, row.version_id, passed.step, row.visit + passed.place, passed.branch,
           coalesce(passed.reached_at, row.reached_at), passed.left_at
    FROM unnest(%(ids)s::bigint[], %(moves)s::int[]) AS moved (id, move)
    JOIN unnest(%(passed_by)s::int[], %(places)s::int[], %(steps)s::text[], %(branches)s::text[],
                %(reached_ats)s::timestamptz[], %(left_ats)s::timestamptz[])
         AS passed (move, place, step, branch, reached_at, left_at) ON passed.move = moved.move
    JOIN journeys_enrollment row ON row.id = moved.id
"""
MOVE = """
    UPDATE journeys_enrollment row
    SET step = move.step, visit = row.visit + move.visits,
        reached_at = coalesce(move.reached_at, row.reached_at), standing = move.standing,
        due_at = move.due_at, awaits = move.awaits::text[], exit_reason = move.exit_reason,
        ended_at = CASE WHEN move.standing = 'ended' THEN %(now)s::timestamptz END,
        fate = move.fate, attempts = 0, error = ''
    FROM unnest(%(ids)s::bigint[], %(moves)s::int[]) AS moved (id, move)
    JOIN unnest(%(steps)s::text[], %(visits)s::int[], %(reached_ats)s::timestamptz[], %(standings)s::text[],
                %(due_ats)s::timestamptz[], %(awaits)s::text[], %(fates)s::text[], %(reasons)s::text[])
         WITH ORDINALITY
         AS move (step, visits, reached_at, standing, due_at, awaits, fate, exit_reason, number)
      ON move.number = moved.move
    WHERE row.id = moved.id
"""
# What those are to have changed who stand at a change, each at its new visit.
CHANGE = """
    INSERT INTO journeys_change (enrollment_id, step, visit, what, asked_at)
    SELECT row.id, row.step, row.visit, asked.what::jsonb, %(now)s
    FROM unnest(%(ids)s::bigint[], %(moves)s::int[]) AS moved (id, move)
    JOIN unnest(%(numbers)s::int[], %(changes)s::text[]) AS asked (number, what) ON asked.number = moved.move
    JOIN journeys_enrollment row ON row.id = moved.id
    ORDER BY row.id
"""
LACK = """
    UPDATE journeys_enrollment SET is_on_hold = true, lacks = %(lacks)s, error = %(error)s
    WHERE id = ANY(%(ids)s::bigint[])
"""
FAIL = """
    UPDATE journeys_enrollment row
    SET attempts = row.attempts + 1, error = failed.error, due_at = failed.due_at,
        is_on_hold = row.attempts + 1 >= %(most)s
    FROM unnest(%(ids)s::bigint[], %(errors)s::text[], %(due_ats)s::timestamptz[])
        AS failed (id, error, due_at)
    WHERE row.id = failed.id
"""


def write_moves(walks: Sequence[Walk], now: datetime) -> None:
    """Write what became of these walks: their steps passed, then where they stand."""
    numbers: dict[Move, int] = {}
    ids: list[int] = []
    moved: list[int] = []
    for walk in walks:
        if walk.move is not None:
            number = numbers.setdefault(walk.move, len(numbers) + 1)
            ids += [row.id for row in walk.rows]
            moved += [number] * len(walk.rows)
    if not ids:
        return
    rows: dict[str, Any] = {"ids": _array(ids), "moves": _array(moved)}
    passed = _passed(list(numbers))
    with connection.cursor() as cursor:
        if passed["passed_by"]:
            cursor.execute(LOG, rows | passed)
        cursor.execute(MOVE, rows | _moves(list(numbers)) | {"now": now})
        if changes := {number: move.change for move, number in numbers.items() if move.change}:
            asked = {"numbers": list(changes), "changes": list(changes.values())}
            cursor.execute(CHANGE, rows | asked | {"now": now})
            work.wake("journeys.apply_changes")
    if any(move.due_at is not None and move.due_at <= now for move in numbers):
        work.wake("journeys.advance")
    ended = [walk for walk in walks if walk.move and walk.move.standing == "ended"]
    count_steps(_steps(walks))
    count_ends(_ends(ended, now))
    news.tell(news.ENDED, [row.id for walk in ended for row in walk.rows], now)


def _steps(walks: Iterable[Walk]) -> Counter[Step]:
    """The steps that these walks passed, and how many went each."""
    steps: Counter[Step] = Counter()
    for walk in walks:
        first, reached_at = walk.rows[0], walk.rows[0].reached_at
        for passed in walk.move.trail if walk.move else ():
            step = Step(first.version_id, passed.step, passed.branch, reached_at, passed.left_at)
            steps[step] += len(walk.rows)
            reached_at = passed.left_at
    return steps


def _ends(walks: Iterable[Walk], now: datetime) -> Counter[End]:
    """How these walks ended, and how many went each."""
    ends: Counter[End] = Counter()
    for walk in walks:
        first, move = walk.rows[0], walk.move
        if move is not None:
            since = move.reached_at or first.reached_at
            end = End(first.version_id, move.step, move.exit_reason, now, since, move.fate)
            ends[end] += len(walk.rows)
    return ends


def _array(numbers: Iterable[int]) -> str:
    """Numbers as PostgreSQL writes an array: much quicker than having each adapted."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _texts(texts: Iterable[str]) -> str:
    """Texts as PostgreSQL writes an array; lists of different lengths can't stand in one array otherwise."""
    quoted = (text.replace("\\", "\\\\").replace('"', '\\"') for text in texts)
    return "{" + ",".join(f'"{text}"' for text in quoted) + "}"


def _passed(moves: Sequence[Move]) -> dict[str, list[Any]]:
    lists: dict[str, list[Any]] = {
        name: [] for name in ("passed_by", "places", "steps", "branches", "reached_ats", "left_ats")
    }
    for number, move in enumerate(moves, start=1):
        reached_at = None
        for place, passed in enumerate(move.trail):
            for name, value in zip(
                lists, (number, place, passed.step, passed.branch, reached_at, passed.left_at), strict=True
            ):
                lists[name].append(value)
            reached_at = passed.left_at
    return lists


def _moves(moves: Sequence[Move]) -> dict[str, list[Any]]:
    return {
        "steps": [move.step for move in moves],
        "visits": [move.visits for move in moves],
        "reached_ats": [move.reached_at for move in moves],
        "standings": [move.standing for move in moves],
        "due_ats": [move.due_at for move in moves],
        "awaits": [_texts(move.awaits) for move in moves],
        "fates": [move.fate for move in moves],
        "reasons": [move.exit_reason for move in moves],
    }


def candidates(
    walk: Walk, contents: Mapping[str, Content], contexts: Mapping[int, dict[str, Any]], now: datetime
) -> list[Candidate]:
    """The messages that a walk asked for; ValueError where a content is gone or not of the step's channel."""
    return [
        _candidate(row, queued, contents, contexts[row.id], now) for queued in walk.sends for row in walk.rows
    ]


def _candidate(
    row: Claimed,
    queued: Queued,
    contents: Mapping[str, Content],
    context: dict[str, Any],
    now: datetime,
) -> Candidate:
    send = queued.send
    content = contents.get(send.content)
    if content is None or content.channel != send.channel:
        raise ValueError(
            f"Step {queued.step!r} sends {send.content!r}: there is no such {send.channel} content."
        )
    return Candidate(
        customer_id=row.customer_id,
        content_id=content.id,
        channel=send.channel,
        topic=content.topic,
        is_transactional=content.is_transactional,
        priority=send.priority,
        context=context,
        source="journey",
        source_id=row.version_id,
        enrollment_id=row.id,
        step=queued.step,
        visit=row.visit + queued.visits,
        due_at=now,
        expires_at=send.expires_at,
        on_cap=send.on_cap,
        fallbacks=[contents[slug].id for slug in send.fallbacks if slug in contents],
    )


def write_messages(candidates: Sequence[Candidate], now: datetime) -> None:
    """Queue the messages; one that this visit has already is left as it is."""
    if candidates:
        queue_messages(candidates, now)


def write_lacking(walks: Sequence[Walk]) -> None:
    """Put those on hold whose step needs what is gone; that is no attempt of theirs (journeys/mending.py)."""
    with connection.cursor() as cursor:
        for lacks, together in groupby(sorted(walks, key=attrgetter("lacks")), attrgetter("lacks")):
            what, slug = lacks.split(":", 1)
            error = (
                f"The {what} {slug!r} is gone, which this step needs: it goes on when that is there again."
            )
            ids = [row.id for walk in together for row in walk.rows]
            cursor.execute(LACK, {"ids": _array(ids), "lacks": lacks, "error": error})


def write_failures(failures: Sequence[tuple[Claimed, str]], now: datetime) -> None:
    """Count a failed attempt of enrollments, with what was wrong; the fifth puts them on hold."""
    if not failures:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            FAIL,
            {
                "ids": [row.id for row, _ in failures],
                "errors": [error[:2000].replace("\0", "") for _, error in failures],
                "due_ats": [now + backoff(row.attempts + 1) for row, _ in failures],
                "most": MOST_ATTEMPTS,
            },
        )
