"""What a batch of the engine reads: due enrollments, and what their messages need.

What steps are told of customers is read in `journeys/told/`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from django.db import connection
from psycopg.rows import args_row

from config.database import in_index_order
from customers.copying import numbers
from journeys.graph import Graph, Place
from journeys.versions import graphs_of
from journeys.walk import Claimed, Queued, Walk

# Plan: a scan of enrollment_due in its order, which stops at the limit: `in_index_order` sees to it. Rows
# are read as they are when they are locked.
CLAIM = """
    SELECT id, customer_id, visit, attempts, version_id, step, reached_at, standing, due_at, fate
    FROM journeys_enrollment
    WHERE standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
CLAIM_THESE = """
    SELECT id, customer_id, visit, attempts, version_id, step, reached_at, standing, due_at, fate
    FROM journeys_enrollment
    WHERE id = ANY(%(ids)s) AND standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %(now)s
    ORDER BY due_at, id FOR UPDATE SKIP LOCKED
"""
IS_DUE = """
    coalesce((SELECT min(due_at) FROM journeys_enrollment
              WHERE standing IN ('due', 'event') AND NOT is_on_hold) <= %(now)s, false)
"""
DUE = """
    SELECT id FROM journeys_enrollment
    WHERE standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(limit)s
"""


class Content(NamedTuple):
    """What a message takes of its content."""

    id: int
    channel: str
    topic: str
    is_transactional: bool


CONTENTS = "SELECT slug, id, channel, topic, is_transactional FROM channels_content WHERE slug = ANY(%s)"
CONTEXTS = "SELECT id, context::text FROM journeys_enrollment WHERE id = ANY(%s::bigint[])"
CONTENTS_THERE = "SELECT slug FROM channels_content WHERE slug = ANY(%s)"
SEGMENTS_THERE = "SELECT slug FROM customers_segment WHERE slug = ANY(%s) AND archived_at IS NULL"


def claim(now: datetime, limit: int, ids: Sequence[int] | None = None) -> list[Claimed]:
    """Lock due enrollments that nobody else holds, longest due first; only those of `ids` where given.

    Read in PostgreSQL's binary form, below Django's cursor: its loader of times costs as much as all the
    decisions.
    """
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        in_index_order(),
        psycopg.Cursor(connection.connection, row_factory=args_row(Claimed)) as cursor,
    ):
        cursor.execute(
            CLAIM if ids is None else CLAIM_THESE,
            {"now": now, "limit": limit} if ids is None else {"now": now, "ids": list(ids)},
            binary=True,
        )
        return cursor.fetchall()


def due_ids(now: datetime, limit: int) -> list[int]:
    """The enrollments that a claim would lock."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def graphs(rows: Iterable[Claimed]) -> dict[int, Graph | Exception]:
    """The graphs of the versions that these rows are in."""
    return graphs_of({row.version_id for row in rows})


def lacking(walks: Sequence[Walk]) -> dict[Place, str]:
    """The places that need a content or segment that is gone, as `content:welcome`; a query for each kind."""
    places = {walk.place for walk in walks if not walk.has_fate}
    contents = [
        (place, slug)
        for place in places
        for path, slug in place.step.contents.items()
        if path.endswith("content")  # without fallbacks it goes
    ]
    segments = [
        (place, slug)
        for place in places
        for rule in place.rules.values()
        for slug in sorted(rule.depends.segments)
    ]
    return dict([*_gone("segment", segments, SEGMENTS_THERE), *_gone("content", contents, CONTENTS_THERE)])


def _gone(what: str, named: Sequence[tuple[Place, str]], sql: str) -> Iterator[tuple[Place, str]]:
    if named:
        with connection.cursor() as cursor:
            cursor.execute(sql, [list({slug for _place, slug in named})])
            there = {slug for (slug,) in cursor.fetchall()}
        yield from ((place, f"{what}:{slug}") for place, slug in named if slug not in there)


def contents(sends: Iterable[Queued]) -> dict[str, Content]:
    """The contents that messages name, by slug; those that are gone are missing."""
    slugs = {slug for queued in sends for slug in (queued.send.content, *queued.send.fallbacks)}
    with connection.cursor() as cursor:
        cursor.execute(CONTENTS, [list(slugs)])
        return {slug: Content(*fields) for slug, *fields in cursor.fetchall()}


def contexts(enrollment_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What texts see: the entering event's properties, the rest of it, and the answers that steps left."""
    with connection.cursor() as cursor:
        cursor.execute(CONTEXTS, [numbers(enrollment_ids)])
        return {pk: text_context(json.loads(entering)) for pk, entering in cursor.fetchall()}


def text_context(context: Mapping[str, Any]) -> dict[str, Any]:
    """An enrollment's context as texts see it."""
    told = dict(context)
    answers = {"answers": told.pop("answers")} if "answers" in told else {}
    return {"event": told.pop("properties", {}), "trigger": told} | answers
