"""One walk through the window, in a process of its own: without the draft, or with it.

The process makes its schema with a session that sees the live tables, both legs on one snapshot; leaves that
session; and does all the rest in one whose search path names the schema alone.
"""

import zlib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from config import database, work
from config.localtime import zone_of
from config.memory import spare_memory
from customers.classify import classify
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Customer, Segment, Stage
from journeys import services
from journeys.graph import Graph
from journeys.models import EventCursor, Journey, Simulation
from journeys.simulate import stops
from journeys.simulate.counts import LegResult, count
from journeys.simulate.scratch import Scratch, ScratchError, scratch_name
from journeys.simulate.window import let_in, put_aside
from journeys.trigger import CURSOR
from journeys.versions import graphs_of

CHUNK = 5000  # customers that are classified at once, before the walk begins
PREPARED = 0.1  # the share of the way until the clock begins to move
Tell = Callable[[float], None]


class Leg(StrEnum):
    """Which of the two."""

    WITHOUT = "without"
    WITH = "with"


class Task(NamedTuple):
    """What a leg needs to know of its simulation, read before the live tables are out of sight."""

    schema: str
    journey_id: int
    draft: dict[str, object] | None
    start: datetime
    until: datetime
    days: int
    customers: int
    seed: int


def task_of(simulation: Simulation, leg: Leg) -> Task:
    """The task of one leg."""
    zone = zone_of(settings.BRAND_TIME_ZONE, "UTC")
    return Task(
        schema=scratch_name(simulation.pk, leg),
        journey_id=simulation.journey_id,
        draft=simulation.draft if leg == Leg.WITH else None,
        start=stops.begin(simulation.until, simulation.days, zone),
        until=simulation.until,
        days=simulation.days,
        customers=simulation.customers,
        seed=simulation.seed,
    )


def walk(task: Task, snapshot: str, tell: Tell) -> LegResult:
    """Make the schema, walk through the window, count. Leaves the process's session in the schema."""
    work.silence()
    spare_memory()
    _make(task, snapshot)
    tell(PREPARED / 2)
    enter(task.schema)
    _prepare(task)
    tell(PREPARED)
    version_id = _publish(task) if task.draft is not None else None
    after = task.start - task.start.resolution
    for upto in stops.stops(
        task.start, task.until, stops.stride(task.days), zone_of(settings.BRAND_TIME_ZONE, "UTC")
    ):
        with database.walking():
            let_in(after, upto)
        work.settle(upto)
        after = upto
        tell(PREPARED + (1 - PREPARED) * (upto - task.start) / (task.until - task.start))
    return count(version_id, task.start, task.until)


def _make(task: Task, snapshot: str) -> None:
    scratch = Scratch(task.schema)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SET TRANSACTION SNAPSHOT %s", [snapshot])
        scratch.make()
        scratch.draw(task.customers, task.seed, task.until)
        scratch.fill(task.start)
        put_aside(scratch, task.start, task.until)


def enter(schema: str) -> None:
    """Begin a session that sees this schema and no other; ScratchError where it does not."""
    connection.close()
    options = connection.settings_dict["OPTIONS"]
    said = f"-c search_path={schema} -c synchronous_commit=off -c jit=off -c sette.locks={_locks(schema)}"
    connection.settings_dict["OPTIONS"] = options | {"options": said, "application_name": schema}
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schemas(false)")
        if cursor.fetchone() != ([schema],):
            connection.close()
            raise ScratchError(ScratchError.__doc__)


def _locks(schema: str) -> int:
    """Advisory locks of its own: neither the live product nor the other leg waits for it."""
    return 1 << 28 | zlib.crc32(schema.encode()) >> 4


def _prepare(task: Task) -> None:
    """Have the customers stand where the rules of today put them at the start, with nobody to react to it."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    Segment.objects.update(rebuilt_at=task.start, changed_at=F("created_at"))
    Stage.objects.update(rebuilt_at=task.start)
    ids = list(Customer.objects.order_by("pk").values_list("pk", flat=True))
    for place in range(0, len(ids), CHUNK):
        with work.redoable():
            lock_events()
            classify(lock_customers(ids[place : place + CHUNK]), task.start)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_event")
        EventCursor.objects.create(name=CURSOR, last_event_id=cursor.fetchone()[0])
    _arrange_anew()


def _arrange_anew() -> None:
    """Have the runs and the dates of live journeys planned from the start on, as when they went live.

    Not of those whose members entered once, when they went live: that is over.
    """
    live = dict(Journey.objects.filter(state=Journey.State.LIVE).values_list("live_version_id", "pk"))
    graphs = graphs_of(version_id for version_id in live if version_id)
    again = [
        live[version_id]
        for version_id, graph in graphs.items()
        if isinstance(graph, Graph) and (graph.trigger.is_timely or graph.trigger.customer_date)
    ]
    Journey.objects.filter(pk__in=again).update(begun_version=None)


def _publish(task: Task) -> int:
    """Make the draft live at the start, as publishing would; GraphError where it can't be."""
    Journey.objects.filter(pk=task.journey_id).update(begun_version=None)
    services.save_draft(task.journey_id, dict(task.draft or {}))
    version = services.publish(task.journey_id, task.start)
    if Journey.objects.get(pk=task.journey_id).state != Journey.State.LIVE:
        services.resume(task.journey_id, task.start)
    return version.pk
