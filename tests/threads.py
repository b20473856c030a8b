"""Several at once, as workers and web processes are."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection, connections

T = TypeVar("T")


def at_once(*tasks: Callable[[], T]) -> list[T]:
    """Run tasks at the same time, each with a connection of its own; what they return, in their order.

    What one raises is raised here, when all have ended.
    """
    start = threading.Barrier(len(tasks))

    def run(task: Callable[[], T]) -> T:
        try:
            start.wait()
            return task()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tasks)) as pool:
        running = [pool.submit(run, task) for task in tasks]
    return [one.result() for one in running]


WAITING = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"


def until_waiting(sessions: int, seconds: float = 30) -> None:
    """Return when so many sessions wait for a lock that another has; TimeoutError where they don't come."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone() == (sessions,):
                return
        time.sleep(0.01)
    raise TimeoutError(f"not {sessions} sessions wait")
