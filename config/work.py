"""The work that rows carry, by name: what a wake-up, a sweep, a replay and a test all call.

Each app registers its pieces in its `tasks.py`. A piece does one batch of what is due at `now` and returns
how many rows it moved; 0 means that nothing was due. `wake` asks a Celery worker to do a piece after the
running transaction has committed: a wake-up that is lost or comes twice costs nothing, for beat's sweeps
stand behind each of them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import cycle

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from kombu.exceptions import OperationalError

from config import clock

logger = logging.getLogger(__name__)

BUDGET = 20.0  # seconds that one wake-up works at most before it hands over to a new one
WAKE_TTL = 5  # seconds after which a wake-up that no worker took is sent again


@dataclass(frozen=True)
class Work:
    """One piece of work. `order` is its place in the loop of design.md; `run(now)` does one batch."""

    name: str
    order: int
    run: Callable[[datetime], int]


_known: dict[str, Work] = {}
_silent = False


def register(name: str, *, order: int, run: Callable[[datetime], int]) -> Work:
    """Make a piece of work known; its name is its Celery task's too, whose queue CELERY_TASK_ROUTES says."""
    work = Work(name, order, run)
    _known[name] = work
    return work


def pieces() -> list[Work]:
    """All work in the order of the loop: ingest, listen, advance, dispatch."""
    return sorted(_known.values(), key=lambda work: (work.order, work.name))


def perform(name: str) -> int:
    """Do a piece until nothing is due, as a worker does; returns the rows moved. Leaves it to a driver."""
    work = _known[name]
    _forget(name)
    moved, started = 0, time.monotonic()
    while not clock.is_driven() and (batch := work.run(clock.now())):
        moved += batch
        if time.monotonic() - started > BUDGET:
            wake(name)
            break
    return moved


def settle(now: datetime) -> Counter[str]:
    """Do all work that is due at `now`, here, until nothing moves any more; returns rows moved per piece."""
    moved: Counter[str] = Counter()
    loop = pieces()
    quiet = 0  # pieces in a row that had nothing to do
    for work in cycle(loop):
        if quiet >= len(loop):
            break
        quiet += 1
        while batch := work.run(now):
            moved[work.name] += batch
            quiet = 0
    return moved


def silence() -> None:
    """Send no wake-ups from this process: it does all the work itself (a replay, a test)."""
    global _silent  # noqa: PLW0603 - one switch of one process
    _silent = True


def wake(name: str) -> None:
    """Have a worker do the piece `name` once the running transaction has committed."""
    if not _silent:
        transaction.on_commit(partial(_send, name), robust=True)


def _send(name: str) -> None:
    """Send the wake-up unless one is on its way; without a broker the sweeps do the work, a little later."""
    try:
        if _redis().set(f"wake:{name}", 1, nx=True, ex=WAKE_TTL):
            current_app.send_task(name, ignore_result=True, retry=False)
    except (redis.RedisError, OperationalError, OSError) as error:
        logger.warning("No wake-up for %s (%s): the next sweep does it.", name, type(error).__name__)


def _forget(name: str) -> None:
    try:
        _redis().delete(f"wake:{name}")
    except redis.RedisError:
        logger.warning("The broker does not answer; wake-ups for %s may come %d s late.", name, WAKE_TTL)


@cache
def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
