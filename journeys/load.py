"""What a batch of the engine reads: due enrollments, and all that their steps ask, a query for each kind of thing."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from channels.models import Content
from config.localtime import zone_of
from customers import rules
from customers.rules.where import events_matching
from journeys.graph import Graph, Place
from journeys.models import Enrollment
from journeys.versions import graphs_of
from journeys.walk import NOBODY, Claimed, Queued, Walk

# Plan: a scan of enrollment_due in its order, which stops at the limit. Rows are read as they are when they are locked.
CLAIM = """
    SELECT id, customer_id, version_id, step, visit, reached_at, standing, due_at, fate, attempts
    FROM journeys_enrollment
    WHERE standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
CLAIM_THESE = """
    SELECT id, customer_id, version_id, step, visit, reached_at, standing, due_at, fate, attempts
    FROM journeys_enrollment
    WHERE id = ANY(%(ids)s) AND standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %(now)s
    ORDER BY due_at, id FOR UPDATE SKIP LOCKED
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
    """Lock due enrollments that nobody else holds, longest due first; only those of `ids` where given."""
    with connection.cursor() as cursor:
        cursor.execute(
            CLAIM if ids is None else CLAIM_THESE,
            {"now": now, "limit": limit, "ids": None if ids is None else list(ids)},
        )
        return [Claimed._make(row) for row in cursor.fetchall()]


def due_ids(now: datetime, limit: int) -> list[int]:
    """The enrollments that a claim would lock."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"now": now, "limit": limit})
        return [row[0] for row in cursor.fetchall()]


def graphs(rows: Iterable[Claimed]) -> dict[int, Graph | Exception]:
    """The graphs of the versions that these rows are in."""
    return graphs_of({row.version_id for row in rows})


def answers(walks: Sequence[Walk], now: datetime) -> dict[Place, dict[str, set[int]]]:
    """For each place where walks stand: the customers for whom each of its rules holds. One query for all."""
    asked = {(walk.place, key): rule for walk in walks for key, rule in walk.place.rules.items()}
    if not asked:
        return {}
    customers = {walk.row.customer_id for walk in walks if walk.place.rules}
    holding = rules.matching(asked, sorted(customers), now)
    by_place: dict[Place, dict[str, set[int]]] = {}
    for (place, key), members in holding.items():
        by_place.setdefault(place, {})[key] = members
    return by_place


def holds_of(walk: Walk, answered: dict[Place, dict[str, set[int]]]) -> frozenset[str]:
    """The rules of its place that hold for the customer of a walk."""
    asked = answered.get(walk.place)
    if not asked:
        return NOBODY
    return frozenset(key for key, members in asked.items() if walk.row.customer_id in members)


def look_back(walks: Sequence[Walk]) -> None:
    """Tell the walks that stand at an open wait when the awaited event came, if it did."""
    waits = {walk.row.id: walk for walk in walks if walk.awaits_event and walk.place.step.listens}
    if not waits:
        return
    came = _events_since(list(waits.values()))
    fitting = _fitting(waits, came)
    for enrollment_id, event_id, occurred_at in came:
        walk = waits[enrollment_id]
        where = fitting.get(walk.place)
        if walk.happened_at is None and (where is None or event_id in where):
            walk.happened_at = occurred_at


def _events_since(walks: Sequence[Walk]) -> list[tuple[int, int, datetime]]:
    listens = [walk.place.step.listens for walk in walks]
    with connection.cursor() as cursor:
        cursor.execute(
            CAME,
            {
                "ids": [walk.row.id for walk in walks],
                "customers": [walk.row.customer_id for walk in walks],
                "names": [listen.event for listen in listens if listen],
                "since": [walk.reached_at for walk in walks],
            },
        )
        return cursor.fetchall()


def _fitting(waits: dict[int, Walk], came: Sequence[tuple[int, int, datetime]]) -> dict[Place, set[int]]:
    """For each place with a filter: which of the events that came pass it."""
    wheres = {walk.place: walk.place.where for walk in waits.values() if walk.place.where is not None}
    if not wheres or not came:
        return {}
    return events_matching(wheres, sorted({event_id for _, event_id, _ in came}))


def set_zones(walks: Sequence[Walk]) -> None:
    """Tell the walks whose step reads it the customer's time zone; the brand's where the customer has none."""
    local = [walk for walk in walks if walk.place.step.reads_zone]
    if not local:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, time_zone FROM customers_customer WHERE id = ANY(%s)",
            [[walk.row.customer_id for walk in local]],
        )
        names = dict(cursor.fetchall())
    for walk in local:
        walk.zone = zone_of(names[walk.row.customer_id], settings.BRAND_TIME_ZONE)


def contents(sends: Iterable[Queued]) -> dict[str, Content]:
    """The contents that messages name, by slug; those that are gone are missing."""
    slugs = {slug for queued in sends for slug in (queued.send.content, *queued.send.fallbacks)}
    found = Content.objects.filter(slug__in=slugs).only("id", "slug", "channel", "topic", "is_transactional")
    return {content.slug: content for content in found}


def contexts(enrollment_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What texts see of the event by which each customer entered: `event` is its properties, `trigger` the rest."""
    rows = Enrollment.objects.filter(pk__in=enrollment_ids).values_list("pk", "context")
    return {pk: _context(dict(entering)) for pk, entering in rows}


def _context(entering: dict[str, Any]) -> dict[str, Any]:
    return {"event": entering.pop("properties", {}), "trigger": entering}
