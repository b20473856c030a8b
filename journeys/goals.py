"""Goals and early exits: what happens to a customer counts, and ends journeys, at once.

The listener calls `hear` before it lets anybody in. It has a cursor of its own, which the listener's never
passes: so an event that both lets go of a wait and ends the journey ends it. An enrollment that cannot be
seen yet while its event is heard is no loss: the engine looks back when it claims an enrollment the first
time (`look_back`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.db import connection

from config import work
from customers import rules
from customers.rules.where import events_matching
from customers.services import lock_customers
from journeys.conversions import Reached, counted, exact, money, properties_of, record
from journeys.entry import LATENESS
from journeys.exits import end_enrollments
from journeys.graph import Graph
from journeys.leaving import Watched, began_at, longest_windows
from journeys.versions import all_versions, graphs_of
from journeys.walk import Claimed, Marked, Walk

CURSOR, LISTENER = "goals", "journeys"


class Happened(NamedTuple):
    """An event of a customer who is, or was, in a journey that watches events of that name."""

    enrollment_id: int
    version_id: int
    customer_id: int
    entered_at: datetime
    entered_by: str | None
    ended_at: datetime | None
    event_id: int
    name: str
    occurred_at: datetime

    @property
    def began_at(self) -> datetime:
        """Since when events count."""
        return began_at(self.entered_at, self.entered_by)


class Hit(NamedTuple):
    """A goal or an early exit that an event brought about."""

    happened: Happened
    watched: Watched

    @property
    def only_counts(self) -> str:
        """The goal of which it is the first or nothing at all; none where it may do more."""
        goal, is_inside = self.watched.goal, self.happened.ended_at is None
        return goal.name if goal and goal.once and not (self.watched.reason and is_inside) else ""


# The cursor's row is the lock: whoever comes second finds the events that are left. It begins where the
# listener stands, and goes on from there if that was moved on by hand.
TAKE = """
    SELECT greatest(ours.last_event_id, (
        SELECT last_event_id FROM journeys_eventcursor WHERE name = %s))
    FROM journeys_eventcursor ours WHERE ours.name = %s FOR UPDATE
"""
BEGIN = "INSERT INTO journeys_eventcursor (name) VALUES (%s) ON CONFLICT DO NOTHING"
REACH = """
    SELECT max(id), count(*) FROM (SELECT id FROM customers_event WHERE id > %s ORDER BY id LIMIT %s) AS batch
"""
MARK = "UPDATE journeys_eventcursor SET last_event_id = %s WHERE name = %s"

# Whoever was joined with somebody goes on in the other's enrollment, and counts there.
PAIRS = """
    SELECT row.id, row.version_id, row.customer_id, row.entered_at, row.context, row.ended_at,
        event.id AS event_id, event.name, event.occurred_at
    FROM journeys_enrollment row JOIN customers_event event ON event.customer_id = row.customer_id
    WHERE event.name = ANY(%(names)s) AND row.exit_reason <> 'merged' AND NOT event.is_quiet
      AND event.occurred_at > row.entered_at - %(lateness)s::interval
"""
# Then what those versions watch of them, which have counted while inside or for their window: few are left.
WATCHED = """
    SELECT near.id, near.version_id, near.customer_id, near.entered_at, near.context ->> 'occurred_at',
        near.ended_at, near.event_id, near.name, near.occurred_at
    FROM near JOIN unnest(%(versions)s::bigint[], %(names)s::text[], %(windows)s::interval[])
      AS watch (version_id, name, span) ON watch.version_id = near.version_id AND watch.name = near.name
    WHERE near.ended_at IS NULL
       OR near.occurred_at <= greatest(near.ended_at, near.entered_at + watch.span)
    ORDER BY near.occurred_at, near.event_id
"""
# Plan: a scan of the events' primary key, which is the batch; one probe of enrollment_of_customer for each
# event of a name that is watched. Where nobody watches, nothing is asked.
HEAR = f"""
    WITH near AS MATERIALIZED ({PAIRS} AND event.id > %(after)s AND event.id <= %(upto)s) {WATCHED}
"""
# Plan: one probe of event_of_customer for each enrollment and name.
LOOK_BACK = f"WITH near AS MATERIALIZED ({PAIRS} AND row.id = ANY(%(ids)s)) {WATCHED}"
LOCK = "SELECT id FROM journeys_enrollment WHERE id = ANY(%s) ORDER BY id FOR UPDATE"


@work.redoable()
def hear(now: datetime, limit: int) -> int:
    """Do what the next events, up to `limit`, bring about; returns the last one that was heard."""
    after = _take_cursor()
    with connection.cursor() as cursor:
        cursor.execute(REACH, [after, limit])
        upto, count = cursor.fetchone()
        if not count:
            return after
        _act(_brought_about(_happened(HEAR, watching(), after=after, upto=upto), now), now)
        cursor.execute(MARK, [upto, CURSOR])
    return int(upto)


def _take_cursor() -> int:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [LISTENER, CURSOR])
        if (row := cursor.fetchone()) is None:
            cursor.execute(BEGIN, [CURSOR])
            cursor.execute(TAKE, [LISTENER, CURSOR])
            row = cursor.fetchone()
    return int(row[0])


def watching(version_ids: Collection[int] | None = None) -> dict[int, Graph]:
    """The versions that watch for events: of these, of all where none are given."""
    if version_ids is None:
        version_ids = all_versions()
    graphs = graphs_of(version_ids).items()
    return {pk: graph for pk, graph in graphs if isinstance(graph, Graph) and graph.watched}


def _happened(sql: str, graphs: Mapping[int, Graph], **values: Any) -> list[Happened]:
    if not graphs:
        return []
    watch = [(pk, *one) for pk, graph in graphs.items() for one in longest_windows(graph.watched).items()]
    columns = zip(("versions", "names", "windows"), map(list, zip(*watch, strict=True)), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, values | dict(columns) | {"lateness": LATENESS})
        return [Happened._make(row) for row in cursor.fetchall()]


def _brought_about(happened: Sequence[Happened], now: datetime) -> list[Hit]:
    """What these events bring about: one query for all filters, one for all rules."""
    graphs = watching({one.version_id for one in happened}) if happened else {}
    hits = [
        Hit(one, watched)
        for one in happened
        for watched in graphs[one.version_id].watched
        if watched.event == one.name and counts(watched, one)
    ]
    return _asked(_filtered(_first(hits)), now)


def _first(hits: Sequence[Hit]) -> list[Hit]:
    """Without those whose goal counts once, has done so, and has nothing left to end."""
    done = counted({hit.happened.enrollment_id for hit in hits if hit.only_counts})
    return [hit for hit in hits if (hit.happened.enrollment_id, hit.only_counts) not in done]


def counts(watched: Watched, happened: Happened) -> bool:
    """Whether it came in time: after entering, and within the goal's window, else before the end."""
    if happened.occurred_at <= happened.began_at:
        return False
    if watched.window:
        return happened.occurred_at <= happened.began_at + watched.window
    return happened.ended_at is None or happened.occurred_at <= happened.ended_at


def _filtered(hits: Sequence[Hit]) -> list[Hit]:
    wheres = {hit.watched: hit.watched.where for hit in hits if hit.watched.where is not None}
    asked = {hit.happened.event_id for hit in hits if hit.watched in wheres}
    fitting = events_matching(wheres, sorted(asked))
    return [hit for hit in hits if hit.watched not in wheres or hit.happened.event_id in fitting[hit.watched]]


def _asked(hits: Sequence[Hit], now: datetime) -> list[Hit]:
    trees = {hit.watched: hit.watched.rule for hit in hits if hit.watched.rule is not None}
    if not trees:
        return list(hits)
    customers = {hit.happened.customer_id for hit in hits if hit.watched in trees}
    holding = rules.matching(trees, sorted(customers), now)
    return [
        hit for hit in hits if hit.watched not in trees or hit.happened.customer_id in holding[hit.watched]
    ]


def _act(hits: Sequence[Hit], now: datetime) -> None:
    """Count conversions, end enrollments, withdraw their messages: under the customers' locks.

    The enrollments' are next, before anything is written: what the engine holds is waited for, and the
    engine, which waits for nobody, finds none of these conversions half written.
    """
    if not hits:
        return
    lock_customers(sorted({hit.happened.customer_id for hit in hits}))
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [sorted({hit.happened.enrollment_id for hit in hits})])
    _count(hits)
    end_enrollments(_reasons(hits), now)


def _reasons(hits: Iterable[Hit]) -> dict[int, str]:
    """Why which enrollments end: the first thing that happened, goals before exits."""
    reasons: dict[int, str] = {}
    for hit in hits:
        if hit.watched.reason:
            reasons.setdefault(hit.happened.enrollment_id, hit.watched.reason)
    return reasons


def _count(hits: Sequence[Hit]) -> None:
    valued = {
        hit.happened.event_id
        for hit in hits
        if hit.watched.goal and hit.watched.goal.value and hit.watched.goal.value.amount is None
    }
    properties = properties_of(valued)
    record(
        [
            Reached(
                happened.enrollment_id,
                watched.goal.name,
                0 if watched.goal.once else happened.event_id,
                happened.event_id,
                happened.occurred_at,
                *money(watched.goal.value, properties.get(happened.event_id)),
            )
            for happened, watched in hits
            if watched.goal is not None
        ]
    )


def look_back(walks: Sequence[Walk], now: datetime) -> list[Walk]:
    """The walks; those whom something ended between their entering and their first step have their move.

    The engine holds these enrollments, and they have no message yet: so there is no lock to wait for.
    """
    new = [walk for walk in walks if walk.graph.watched and any(row.visit == 1 for row in walk.rows)]
    if not new:
        return list(walks)
    graphs = watching({row.version_id for walk in new for row in walk.rows})
    ids = [row.id for walk in new for row in walk.rows if row.visit == 1]
    hits = _brought_about(_happened(LOOK_BACK, graphs, ids=ids), now)
    _count(hits)
    reasons = _reasons(hits)
    told = [walk for walk in walks if walk not in new]
    for walk in new:
        for reason, part in walk.part(partial(_reason, reasons)):
            if reason:
                part.leave(reason)
            told.append(part)
    return told


def _reason(reasons: Mapping[int, str], row: Claimed) -> str:
    return reasons.get(row.id, "")


ENTERED = """
    SELECT id, entered_at, context ->> 'occurred_at', context ->> 'properties'
    FROM journeys_enrollment WHERE id = ANY(%s)
"""


def count_marked(walks: Sequence[Walk]) -> None:
    """Write down the goals that steps marked, in the engine's transaction, which holds the enrollments."""
    marked = [(row, walk.graph, mark) for walk in walks for mark in walk.marked for row in walk.rows]
    if not marked:
        return
    with connection.cursor() as cursor:
        cursor.execute(ENTERED, [[row.id for row, _graph, _mark in marked]])
        entered = {row[0]: row[1:] for row in cursor.fetchall()}
    record([one for each in marked if (one := _marked(*each, entered[each[0].id]))])


def _marked(row: Claimed, graph: Graph, mark: Marked, entered: tuple[Any, ...]) -> Reached | None:
    """The conversion; none where it comes after the goal's window."""
    goal = graph.goals[mark.goal]
    entered_at, entered_by, said = entered
    if goal.window is not None and mark.at > began_at(entered_at, entered_by) + goal.window:
        return None
    worth = money(goal.value, exact(said or "{}"))
    occasion = 0 if goal.once else -(row.visit + mark.visits)
    return Reached(row.id, goal.name, occasion, None, mark.at, *worth)
