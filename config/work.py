"""The work that rows carry, by name: what a wake-up, a sweep, a replay and a test all call.

Each app registers its pieces in its `tasks.py`. A piece does one batch of what is due at `now` and returns
how many rows it moved; 0 means that nothing was due. `wake` asks a Celery worker to do a piece after the
running transaction has committed: a wake-up that is lost or comes twice costs nothing, for beat's sweeps
stand behind each of them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from itertools import compress

import redis
from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from kombu.exceptions import OperationalError

from config import clock, database

logger = logging.getLogger(__name__)

BUDGET = 0.2  # seconds that one wake-up works at most: then what else waits for a worker has its turn
WAKE_TTL = 5  # seconds after which a wake-up that no worker took is sent again


@dataclass(frozen=True)
class Work:
    """One piece of work. `order` is its place in the loop of design.md; `run(now)` does one batch.

    `due` is an SQL condition that holds at %(now)s whenever `run` has something to do; it may hold where
    `run` then finds that it can do nothing. `by_time`: rows come due by time alone, with nobody to send a
    wake-up; then `due` is asked twice a second, and is cheap whatever the tables' size: by the least of an
    index, for PostgreSQL takes EXISTS of a moment that it does not know for a short scan.
    """

    name: str
    order: int
    run: Callable[[datetime], int]
    due: str
    by_time: bool

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the loop."""
        return self.order, self.name


_known: dict[str, Work] = {}
_silent = False


def register(
    name: str, *, order: int, run: Callable[[datetime], int], due: str, by_time: bool = False
) -> Work:
    """Make a piece of work known; its name is its Celery task's too, whose queue CELERY_TASK_ROUTES says."""
    work = Work(name, order, run, due, by_time)
    _known[name] = work
    return work


def pieces() -> list[Work]:
    """All work in the order of the loop: ingest, listen, advance, dispatch."""
    return sorted(_known.values(), key=lambda piece: piece.place)


@contextmanager
def redoable() -> Iterator[None]:
    """The transaction of a piece whose loss loses nothing: its COMMIT does not wait for the disk.

    For work that only rows carry. Where the server crashes before the disk has it, what was done is due
    again, and all that was built on it is gone too, for the log is written in the order of commits. What is
    promised to somebody outside, an accepted call or a message that goes out, is committed as ever.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        yield


def due(loop: Sequence[Work], now: datetime) -> list[Work]:
    """Those of the pieces that may have something to do at `now`, in their order, asked in one query."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(piece.due for piece in loop)}", {"now": now})
        return list(compress(loop, cursor.fetchone() or ()))


def look() -> None:
    """Wake what time alone has made due; nobody else does. A driver of the clock looks for itself."""
    if not clock.is_driven():
        for piece in due([piece for piece in pieces() if piece.by_time], clock.now()):
            _send(piece.name)


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
    """Do all work that is due at `now`, here, until nothing moves any more; returns rows moved per piece.

    Round after round in the order of the loop, each piece until it has nothing to do.
    """
    moved: Counter[str] = Counter()
    loop = pieces()
    here = loop[0]
    stuck: set[Work] = set()  # due, but they could do nothing since something last moved
    with database.walking():
        while waiting := [piece for piece in due(loop, now) if piece not in stuck]:
            here = min(waiting, key=lambda piece: (piece.place < here.place, piece.place))
            batch = here.run(now)
            moved[here.name] += batch
            stuck = set() if batch else stuck | {here}
    return +moved


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
