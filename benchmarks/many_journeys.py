"""Listening among very many live journeys: what an event costs that three of two hundred listen to.

The floor is the same with those three alone.
"""

import itertools
import statistics
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction

from benchmarks.figure import Figure
from benchmarks.size import Size
from config import work
from customers.events import NewEvent, lock_events, write_events
from customers.models import Stage
from journeys import services
from journeys.models import EventCursor, Journey
from journeys.trigger import CURSOR, listen

HEARD = "Bench Heard"
LISTENING, MANY = 3, 200
STAY: dict[str, Any] = {"id": "stay", "kind": "wait", "settings": {"span": "P9D"}, "branches": {}}


def measure(size: Size, customers: int, now: datetime) -> list[Figure]:
    """Microseconds of an event, by both ways in turns."""
    work.silence()
    before = list(Journey.objects.filter(state=Journey.State.LIVE).values_list("pk", flat=True))
    Journey.objects.filter(pk__in=before).update(state=Journey.State.PAUSED)
    ours = [_publish(f"bench-heard-{n}", HEARD, now) for n in range(LISTENING)]
    others = [_publish(f"bench-unheard-{n}", f"Unheard {n}", now) for n in range(MANY - LISTENING)]
    fresh = itertools.cycle(range(1, customers + 1))
    took: dict[bool, list[float]] = {False: [], True: []}
    for are_many in (True, False, *([True, False] * 5 * size.runs)):
        state = Journey.State.LIVE if are_many else Journey.State.PAUSED
        Journey.objects.filter(pk__in=others).update(state=state)
        took[are_many].append(_heard(size, fresh))
    Journey.objects.filter(pk__in=[*ours, *others]).update(state=Journey.State.ARCHIVED)
    Journey.objects.filter(pk__in=before).update(state=Journey.State.LIVE)
    # Of the first nothing had been compiled.
    many, alone = (statistics.median(took[kind][1:]) for kind in (True, False))
    return [Figure("listening_among_200", many, "us an event", alone)]


def _publish(slug: str, event: str, now: datetime) -> int:
    stage = Stage.objects.get(slug="action")
    trigger = {"kind": "event", "event": event}
    graph = {"trigger": trigger, "start": "stay", "steps": [STAY]}
    Journey.objects.filter(slug=slug).update(slug=f"{slug}-{time.time_ns()}")
    journey = services.create_journey(slug, slug, stage, stage, graph)
    services.publish(journey.pk, now)
    return journey.pk


def _heard(size: Size, fresh: "itertools.cycle[int]") -> float:
    """Microseconds to hear an event of each of the next customers, all of whom enter three journeys."""
    now = datetime.now(UTC)
    with transaction.atomic():
        lock_events()
        of = itertools.islice(fresh, size.drained)
        written = write_events([NewEvent(one, HEARD, now, {"order": 1}) for one in of], now)
    EventCursor.objects.update_or_create(name=CURSOR, defaults={"last_event_id": written[0] - 1})
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE journeys_enrollment CASCADE")
        cursor.execute("VACUUM (ANALYZE) customers_event, journeys_entrytally")
    started = time.perf_counter()
    while listen(now):
        pass
    return 1e6 * (time.perf_counter() - started) / size.drained
