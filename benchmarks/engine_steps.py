"""Customer-steps a second of the engine alone: branch → wait → branch, no messages, two workers.

No other part runs meanwhile: the rows would be theirs too.
"""

import multiprocessing
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, connections

from benchmarks.figure import Figure, in_turns, median_rate
from benchmarks.floors import engine_steps as bare
from benchmarks.history import make_journey
from benchmarks.size import Size
from config import work
from journeys.engine import advance
from journeys.models import Journey

SLUG = "bench-engine"
WORKERS = 2
STEPS_OF_EACH = 3
DAY = timedelta(days=1)
IN_ROME = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
ASK_ROME = {"rules": [{"branch": "roman", "rule": IN_ROME}]}
STEPS = [
    {"id": "first", "kind": "branch", "settings": ASK_ROME, "branches": {"next": "pause"}},
    {"id": "pause", "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": "second"}},
    {"id": "second", "kind": "branch", "settings": ASK_ROME},
]
ENROLL = """
    INSERT INTO journeys_enrollment (journey_id, version_id, customer_id, step, reached_at, due_at,
        entered_at)
    SELECT version.journey_id, version.id, customer.id, 'first', %(now)s, %(now)s, %(now)s
    FROM journeys_journeyversion version, (SELECT id FROM customers_customer ORDER BY id LIMIT
    %(customers)s) customer
    WHERE version.id = %(version)s
"""


def measure(size: Size, database_url: str, now: datetime) -> list[Figure]:
    """Ours and the floor's, in turns."""
    version_id = ready_version(now)
    ours_took, floor_took = in_turns(
        size.runs,
        lambda: ours(version_id, size.journey, now),
        lambda: _floor(database_url, size.journey),
    )
    steps = size.journey * STEPS_OF_EACH
    rate = median_rate(steps, ours_took)
    return [Figure("engine_steps", rate, "customer-steps/s", median_rate(steps, floor_took))]


def ready_version(now: datetime) -> int:
    """The version that customers are taken through; nobody else is woken in this process."""
    known = Journey.objects.filter(slug=SLUG).first()
    version_id = known.live_version_id if known else make_journey(SLUG, "first", STEPS, now)
    assert version_id
    work.silence()
    return version_id


def ours(version_id: int, customers: int, now: datetime) -> float:
    """Seconds for all customers through all steps."""
    with connection.cursor() as cursor:
        cursor.execute(ENROLL, {"now": now, "version": version_id, "customers": customers})
    return timed(lambda _: _advance_all(now)) + timed(lambda _: _advance_all(now + DAY))


def _advance_all(now: datetime) -> None:
    while advance(now):
        pass


def _floor(database_url: str, customers: int) -> float:
    bare.fill(database_url, customers)
    return timed(lambda _: bare.work_through(database_url, 0)) + timed(
        lambda _: bare.work_through(database_url, 1)
    )


def timed(work_of: Callable[[int], None], workers: int = WORKERS) -> float:
    """Seconds that so many processes take together, from the moment when all are ready."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(workers + 1)

    def run(number: int) -> None:
        barrier.wait()
        work_of(number)

    processes = [context.Process(target=run, args=(number,)) for number in range(workers)]
    for process in processes:
        process.start()
    barrier.wait()
    started = time.perf_counter()
    for process in processes:
        process.join()
    taken = time.perf_counter() - started
    if any(process.exitcode for process in processes):
        raise RuntimeError("A worker of the benchmark failed; its error is above.")
    return taken
