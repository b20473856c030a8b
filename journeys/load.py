"""What a batch of the engine reads: due enrollments and all that their steps ask, a query for each kind."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from functools import partial
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg.rows import args_row

from channels.models import Content
from config.localtime import zone_of
from customers import rules
from customers.rules.where import events_matching
from journeys.graph import Graph
from journeys.models import Enrollment
from journeys.versions import graphs_of
from journeys.walk import Claimed, Queued, Walk

# Plan: a scan of enrollment_due in its order, which stops at the limit. Rows are read as they are when they
# are locked.
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
# Plan: one probe of event_of_customer for each open wait.
CAME = """
    SELECT wait.id, event.id, event.occurred_at
    FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[], %(names)s::text[], %(since)s::timestamptz[])
        AS wait (id, customer_id, name, since)
    JOIN customers_event event
      ON event.customer_id = wait.customer_id AND event.name = wait.name AND event.occurred_at > wait.since
    ORDER BY event.occurred_at, event.id
"""


def claim(now: datetime, limit: int, ids: Sequence[int] | None = None) -> list[Claimed]:
    """Lock due enrollments that nobody else holds, longest due first; only those of `ids` where given.

    Read in PostgreSQL's binary form, below Django's cursor: its loader of times costs as much as all the
    decisions.
    """
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
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


def tell(walks: Sequence[Walk], now: datetime) -> list[Walk]:
    """The walks with all that their steps ask; one parts where its customers are told apart."""
    return _with_answers(_with_zones(walks), now)


def _with_answers(walks: Sequence[Walk], now: datetime) -> list[Walk]:
    """Which rules of the place hold: one query for all rules of all walks."""
    asked = {(walk.place, key): rule for walk in walks for key, rule in walk.place.rules.items()}
    customers = {row.customer_id for walk in walks if walk.place.rules for row in walk.rows}
    holding = rules.matching(asked, sorted(customers), now) if asked else {}
    told: list[Walk] = []
    for walk in walks:
        members = [(key, holding[walk.place, key]) for key in walk.place.rules]
        if not members:
            told.append(walk)
            continue
        for holds, part in walk.part(partial(_holding, members)):
            part.holds = holds
            told.append(part)
    return told


def _holding(members: Sequence[tuple[str, set[int]]], row: Claimed) -> frozenset[str]:
    return frozenset([key for key, customers in members if row.customer_id in customers])


def _with_zones(walks: Sequence[Walk]) -> list[Walk]:
    """The customer's time zone where the step reads it; the brand's where the customer has none."""
    local = [walk for walk in walks if walk.place.step.reads_zone]
    if not local:
        return list(walks)
    zones = _zones([row.customer_id for walk in local for row in walk.rows])
    told = [walk for walk in walks if not walk.place.step.reads_zone]
    for walk in local:
        for zone, part in walk.part(lambda row: zones[row.customer_id]):
            part.zone = zone
            told.append(part)
    return told


def _zones(customer_ids: list[int]) -> dict[int, tzinfo]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, time_zone FROM customers_customer WHERE id = ANY(%s)", [customer_ids])
        return {pk: zone_of(name, settings.BRAND_TIME_ZONE) for pk, name in cursor.fetchall()}


def look_back(walks: Sequence[Walk]) -> list[Walk]:
    """The walks, and for those that stand at an open wait when the awaited event came, if it did."""
    waiting = [walk for walk in walks if walk.awaits_event and walk.place.step.listens]
    if not waiting:
        return list(walks)
    happened = _happened(waiting)
    told = [walk for walk in walks if not (walk.awaits_event and walk.place.step.listens)]
    for walk in waiting:
        for happened_at, part in walk.part(lambda row: happened.get(row.id)):
            part.happened_at = happened_at
            told.append(part)
    return told


def _happened(walks: Sequence[Walk]) -> dict[int, datetime]:
    """Enrollment → when the event that it awaits came first and passed the filter."""
    places = {row.id: walk.place for walk in walks for row in walk.rows}
    came = _events_since(walks)
    wheres = {walk.place: walk.place.where for walk in walks if walk.place.where is not None}
    fitting = events_matching(wheres, sorted({event_id for _, event_id, _ in came}))
    happened: dict[int, datetime] = {}
    for enrollment_id, event_id, occurred_at in came:
        where = fitting.get(places[enrollment_id])
        if where is None or event_id in where:
            happened.setdefault(enrollment_id, occurred_at)
    return happened


def _events_since(walks: Sequence[Walk]) -> list[tuple[int, int, datetime]]:
    waits = [
        (row.id, row.customer_id, walk.place.step.listens.event, walk.reached_at)
        for walk in walks
        if walk.place.step.listens
        for row in walk.rows
    ]
    ids, customers, names, since = (list(column) for column in zip(*waits, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(CAME, {"ids": ids, "customers": customers, "names": names, "since": since})
        return list(cursor.fetchall())


def contents(sends: Iterable[Queued]) -> dict[str, Content]:
    """The contents that messages name, by slug; those that are gone are missing."""
    slugs = {slug for queued in sends for slug in (queued.send.content, *queued.send.fallbacks)}
    found = Content.objects.filter(slug__in=slugs).only("id", "slug", "channel", "topic", "is_transactional")
    return {content.slug: content for content in found}


def contexts(enrollment_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What texts see of the event by which each entered: `event` is its properties, `trigger` the rest."""
    rows = Enrollment.objects.filter(pk__in=enrollment_ids).values_list("pk", "context")
    return {pk: _context(dict(entering)) for pk, entering in rows}


def _context(entering: dict[str, Any]) -> dict[str, Any]:
    return {"event": entering.pop("properties", {}), "trigger": entering}
