"""Segments that follow each event: how soon a journey is entered by it, and what the others cost.

Five names of events, each read by as many segments; an event lets its customer into one of them.
"""

import itertools
import statistics
import threading
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from benchmarks import calls
from benchmarks.figure import Figure, quantile
from benchmarks.history import make_journey
from benchmarks.installation import Installation, NotDoneError
from benchmarks.load import blast, request
from benchmarks.size import Size
from customers.inbox import accept, drain
from customers.models import Segment
from customers.tracking.calls import Call
from journeys.models import EventCursor, Journey

JOURNEY, LIVE, OTHER = "bench-entered", "bench-live", "bench-other"
NAMES = 5  # of events that are read
SEGMENTS, MANY = 100, 500
BATCH = 10  # calls of a request
CONNECTIONS = 16
PATIENCE = 60.0
STAY = [{"id": "stay", "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": None}}]
NEW = "SELECT max(id), array_agg(customer_id) FROM journeys_enrollment WHERE journey_id = %s AND id > %s"


def prepare(now: datetime) -> None:
    """A hundred segments, a journey that entering one sets off; what has happened so far is heard."""
    if not Journey.objects.filter(slug=JOURNEY).exists():
        make_journey(JOURNEY, "stay", STAY, now, event="$segment_entered")
    _add(LIVE, [_counted(f"Live {n % NAMES}", 1 + n // NAMES) for n in range(SEGMENTS)], now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_event")
        EventCursor.objects.update_or_create(
            name="journeys", defaults={"last_event_id": cursor.fetchone()[0]}
        )


def _counted(event: str, count: int) -> dict[str, Any]:
    return {"field": "event", "event": event, "operator": "at_least", "value": count, "within": "P30D"}


def _add(prefix: str, rules: list[dict[str, Any]], now: datetime) -> None:
    Segment.objects.bulk_create(
        Segment(slug=f"{prefix}-{n}", name=f"{prefix}-{n}", rule=rule, changed_at=now, rebuilt_at=now)
        for n, rule in enumerate(rules)
    )


def measure_entered(installation: Installation, size: Size, customers: int, key: str) -> list[Figure]:
    """Milliseconds from the moment when an event is to be sent until the journey's row can be read."""
    journey_id = Journey.objects.get(slug=JOURNEY).pk
    numbers = list(range(1, min(size.live, customers) + 1))
    warm = [customers - n for n in range(min(100, customers // 3))]
    followed(installation, NEW, journey_id, size, key, {n: f"Live {n % NAMES}" for n in warm})
    waits = followed(installation, NEW, journey_id, size, key, {n: f"Live {n % NAMES}" for n in numbers})
    return [
        Figure("entered_p50", statistics.median(waits), "ms"),
        Figure("entered_p99", quantile(waits, 0.99), "ms"),
    ]


def followed(  # noqa: PLR0917 - where, what is new there, and the load
    installation: Installation, new: str, journey_id: int, size: Size, key: str, events: dict[int, str]
) -> list[float]:
    """Milliseconds from when each customer's event is to be sent until `new` finds a row of theirs.

    `new`: of a journey and the last id, the newest id and the customers of the rows after it.
    """
    installation.wait_until_quiet()
    numbers = list(events)
    bodies = [calls.track(number, name, {}) for number, name in events.items()]
    requests = [
        request(installation.port, "/v1/batch", key, {"batch": bodies[place : place + BATCH]})
        for place in range(0, len(bodies), BATCH)
    ]
    pace = size.live_per_second / BATCH
    with connection.cursor() as cursor:
        cursor.execute(new, [journey_id, 0])
        last_id = cursor.fetchone()[0] or 0
        started = time.monotonic()
        load = threading.Thread(target=blast, args=(installation.port, requests, CONNECTIONS, pace))
        load.start()
        came: dict[int, float] = {}
        while len(came) < len(numbers):
            cursor.execute(new, [journey_id, last_id])
            newest, ids = cursor.fetchone()
            last_id = newest or last_id
            came |= dict.fromkeys(events.keys() & set(ids or ()), time.monotonic())
            if time.monotonic() - started > PATIENCE + len(requests) / pace:
                raise NotDoneError(f"{NotDoneError.__doc__} {len(numbers) - len(came)} are missing.")
            time.sleep(0.005)
        load.join()
    due = {number: place // BATCH / pace for place, number in enumerate(numbers)}
    return [1000 * (at - started - due[number]) for number, at in came.items()]


def measure_others(size: Size, customers: int, now: datetime) -> list[Figure]:
    """Microseconds of an event that five segments read: among 500, and (the floor) those five alone."""
    Segment.objects.all().delete()
    _add(LIVE, [_counted(f"Live {n}", 1) for n in range(NAMES)], now)
    fresh = itertools.count(customers, -1)
    ours: list[float] = []
    floor: list[float] = []
    _drained(size, fresh)  # the first finds nothing compiled
    for _ in range(2 * size.runs):
        floor.append(_drained(size, fresh))
        _add(OTHER, [_unread(n) for n in range(MANY - NAMES)], now)
        _drained(size._replace(drained=10), fresh)
        ours.append(_drained(size, fresh))
        Segment.objects.filter(slug__startswith=OTHER).delete()
    Segment.objects.all().delete()
    return [Figure("segments_of_500", statistics.median(ours), "us an event", statistics.median(floor))]


def _unread(number: int) -> dict[str, Any]:
    """A rule that none of our events concerns."""
    if number % 2:
        return {"field": "trait", "trait": "city", "operator": "equals", "value": f"City {number}"}
    return _counted(f"Other {number % 20}", 1 + number // 20)


def _drained(size: Size, fresh: "itertools.count[int]") -> float:
    """Microseconds to apply an event of each of the next customers."""
    now = datetime.now(UTC)
    said = [
        Call(
            kind="track",
            message_id=f"bench-{time.time_ns()}-{number}",
            occurred_at=now,
            identities={"external_id": f"c{number}"},
            event=f"Live {number % NAMES}",
        )
        for number in itertools.islice(fresh, size.drained)
    ]
    accept(said, None, now)
    started = time.perf_counter()
    while drain(now):
        pass
    return 1e6 * (time.perf_counter() - started) / size.drained
