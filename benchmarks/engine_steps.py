"""Customer-steps a second of the engine alone: branch → wait → branch, no messages.

`python -m benchmarks.engine_steps` starts a server of its own, takes turns with the floor, and prints medians of three.
"""

import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

WORKERS = 2
STEPS_OF_EACH = 3
NOON = datetime(2025, 3, 3, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TRAITS: dict[str, object] = {"first_name": "Mara", "last_name": "Conti", "orders": 4, "newsletter": True}
IN_ROME = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
GRAPH = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "first",
    "steps": [
        {"id": "first", "kind": "branch", "settings": {"rules": [{"branch": "roman", "rule": IN_ROME}]},
         "branches": {"next": "pause"}},
        {"id": "pause", "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": "second"}},
        {"id": "second", "kind": "branch", "settings": {"rules": [{"branch": "roman", "rule": IN_ROME}]}},
    ],
}  # fmt: skip


def timed(work: Callable[[int], None], workers: int = WORKERS) -> float:
    """Seconds that `workers` processes take together, from the moment when all are ready."""
    from django.db import connections  # noqa: PLC0415 - Django is set up by now

    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(workers + 1)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

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


def make_customers(customers: int) -> None:
    """Customers with traits, half of them in Rome."""
    from django.db import connection  # noqa: PLC0415
    from django.db.backends.utils import CursorWrapper  # noqa: F401, PLC0415
    import json  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO customers_customer (traits, first_seen_at, last_seen_at)
            SELECT %s::jsonb || jsonb_build_object('city', CASE id %% 2 WHEN 0 THEN 'Roma' ELSE 'Milano' END), %s, %s
            FROM generate_series(1, %s) AS id""",
            [json.dumps(TRAITS), NOON, NOON, customers],
        )
        cursor.execute("ANALYZE customers_customer")


def make_version() -> int:
    """The journey, published; its version's id."""
    from customers.models import Stage  # noqa: PLC0415
    from journeys import services  # noqa: PLC0415

    action = Stage.objects.get(slug="action")
    journey = services.create_journey("engine-steps", "Engine steps", action, action, draft=GRAPH)
    return services.publish(journey.pk, NOON).pk


def enroll(version_id: int) -> None:
    """Each customer at the start, due; those of an earlier run have ended."""
    from django.db import connection  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO journeys_enrollment
                (journey_id, version_id, customer_id, step, reached_at, due_at, entered_at)
            SELECT version.journey_id, version.id, customer.id, 'first', %(now)s, %(now)s, %(now)s
            FROM journeys_journeyversion version, customers_customer customer WHERE version.id = %(version)s""",
            {"now": NOON, "version": version_id},
        )


def advance_all(now: datetime) -> None:
    """One worker of ours."""
    from journeys.engine import advance  # noqa: PLC0415

    while advance(now):
        pass


def ours(version_id: int) -> float:
    """Seconds for all customers through all steps."""
    enroll(version_id)
    return timed(lambda _: advance_all(NOON)) + timed(lambda _: advance_all(NOON + DAY))


def floor(database_url: str, customers: int) -> float:
    """Seconds that the floor takes for the same."""
    from benchmarks.floors import engine_steps as bare  # noqa: PLC0415

    bare.fill(database_url, customers, TRAITS)
    return timed(lambda _: bare.work_through(database_url, 0)) + timed(lambda _: bare.work_through(database_url, 1))


def measure(database_url: str, customers: int, runs: int = 3) -> tuple[float, float]:
    """Customer-steps a second of ours and of the floor, in turns, medians."""
    make_customers(customers)
    version_id = make_version()
    ours_taken, floor_taken = [], []
    for _ in range(runs):
        ours_taken.append(ours(version_id))
        floor_taken.append(floor(database_url, customers))
    steps = customers * STEPS_OF_EACH
    return steps / statistics.median(ours_taken), steps / statistics.median(floor_taken)


def main(arguments: Sequence[str]) -> None:
    """Measure on a server of its own; the first argument is how many customers."""
    customers = int(arguments[0]) if arguments else 20_000
    with tempfile.TemporaryDirectory(prefix="sette-bench-") as var:
        os.environ["SETTE_VAR"] = var
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django  # noqa: PLC0415

        from config import embedded  # noqa: PLC0415

        django.setup()
        from django.conf import settings  # noqa: PLC0415
        from django.core.management import call_command  # noqa: PLC0415

        from config import work  # noqa: PLC0415

        with embedded.running(Path(var), tied=True):
            call_command("migrate", verbosity=0)
            work.silence()
            rate, bare = measure(settings.DATABASE_URL, customers)
    print(f"engine_steps: {rate:,.0f} customer-steps/s; floor {bare:,.0f}; ratio {rate / bare:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
