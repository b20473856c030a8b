"""The work that rows carry, by name: what a wake-up, a sweep, a replay and a test all call.

Each app registers its pieces in its `tasks.py`. A piece does one batch of what is due at `now` and returns
how many rows it moved; 0 means that nothing was due. `wake` asks a Celery worker to do a piece after the
running transaction has committed: a wake-up that is lost or comes twice costs nothing, for beat's sweeps
stand behind each of them.
"""

import logging
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
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
TICK = timedelta(microseconds=1)  # as far as the database tells moments apart
AGAIN = timedelta(minutes=15)
PROBES = 64  # moments that one question asks about: a month is down to the microsecond after seven
FIRST_DUE = """
    SELECT probe.moment FROM unnest(%(moments)s::timestamptz[]) WITH ORDINALITY AS probe (moment, place)
    WHERE {conditions} ORDER BY probe.place LIMIT 1
"""
WAKE_TTL = 5  # seconds after which a wake-up that no worker took is sent again


@dataclass(frozen=True)
class Work:
    """One piece of work. `order` is its place in the loop of design.md; `run(now)` does one batch.

    `batch`: how many rows a full one moves. After one that moved fewer nothing is left that was due, but what
    the piece woke itself for; None: that can't be told by the number.

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
    batch: int | None

    def has_more(self, moved: int) -> bool | None:
        """Whether something may be left after a batch that moved so many rows; None: ask."""
        return None if self.batch is None else moved >= self.batch

    @property
    def place(self) -> tuple[int, str]:
        """Where it stands in the loop."""
        return self.order, self.name


_known: dict[str, Work] = {}
_silent = False
_heeded: ContextVar[tuple[Collection[str], set[str]] | None] = ContextVar("heeded", default=None)


def register(
    name: str,
    *,
    order: int,
    run: Callable[[datetime], int],
    due: str,
    by_time: bool = False,
    batch: int | None = None,
) -> Work:
    """Make a piece of work known; its name is its Celery task's too, whose queue CELERY_TASK_ROUTES says."""
    work = Work(name, order, run, due, by_time, batch)
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
    moved, started, is_left = 0, time.monotonic(), True
    while is_left and time.monotonic() - started <= BUDGET:
        with _heeding([name]) as woken:
            batch = _turn(work)
        moved += batch
        is_left = batch > 0 and (bool(woken) or work.has_more(batch) is not False)
    if is_left:
        wake(name)
    return moved


def _turn(piece: Work) -> int:
    with clock.attended():
        return 0 if clock.is_driven() else piece.run(clock.now())


def settle(now: datetime) -> Counter[str]:
    """Do all work that is due at `now`, here, until nothing moves any more; returns rows moved per piece.

    Round after round in the order of the loop, each piece until it has nothing to do. Which piece is next is
    known by the wake-ups; what nobody woke is found by asking, before the end.
    """
    with database.walking():
        return settle_pieces(pieces(), now)


def settle_pieces(loop: Sequence[Work], now: datetime) -> Counter[str]:
    """The same with some of the pieces only, or with others in their place; in the order given."""
    moved: Counter[str] = Counter()
    here = loop[0]
    named = {piece.name: piece for piece in loop}
    stuck: set[Work] = set()  # due, but they could do nothing since something last moved
    waiting: set[Work] = set()
    while waiting := waiting or {piece for piece in due(loop, now) if piece not in stuck}:
        here = min(waiting, key=lambda piece: (piece.place < here.place, piece.place))
        with _heeding(named) as woken:
            batch = here.run(now)
        moved[here.name] += batch
        stuck = set() if batch else stuck | {here}
        if here.has_more(batch) is None:
            waiting = set()
        else:
            waiting = (waiting if here.has_more(batch) else waiting - {here}) | {
                named[name] for name in woken
            }
            waiting -= stuck
    return +moved


def next_due(loop: Sequence[Work], after: datetime, until: datetime) -> datetime | None:
    """The first moment after `after`, up to `until`, at which time alone makes a piece due; None: none.

    What is due `by_time` stays so until it is done. So the moment is narrowed down by asking the pieces
    about many moments at once, and a piece need not tell when it will be due. One that is due at `after`
    already, and could do nothing then, is asked again `AGAIN` later.
    """
    timed = [piece for piece in loop if piece.by_time]
    asleep = [piece for piece in timed if piece not in due(timed, after)]
    until = until if len(asleep) == len(timed) else min(until, after + AGAIN)
    early, late = after, until if len(asleep) < len(timed) else _first_due(asleep, [until])
    while late is not None and late - early > TICK:
        span = max((late - early) / PROBES, TICK)
        probes = [moment for n in range(1, PROBES) if (moment := early + n * span) < late]
        late = _first_due(asleep, probes) or late
        early = max([early, *(probe for probe in probes if probe < late)])
    return late


def _first_due(loop: Sequence[Work], moments: Sequence[datetime]) -> datetime | None:
    """The first of the moments at which one of the pieces is due."""
    if not loop or not moments:
        return None
    conditions = " OR ".join(f"({piece.due})".replace("%(now)s", "probe.moment") for piece in loop)
    with connection.cursor() as cursor:
        cursor.execute(FIRST_DUE.format(conditions=conditions), {"moments": list(moments)})
        row = cursor.fetchone()
        return row[0] if row else None


def silence() -> None:
    """Send no wake-ups from this process: it does all the work itself (a replay, a test)."""
    global _silent  # noqa: PLW0603 - one switch of one process
    _silent = True


@contextmanager
def _heeding(names: Collection[str]) -> Iterator[set[str]]:
    """Which of these pieces were woken within the block: whoever does them here needs no worker for it."""
    woken: set[str] = set()
    token = _heeded.set((names, woken))
    try:
        yield woken
    finally:
        _heeded.reset(token)


def wake(name: str) -> None:
    """Have a worker do the piece `name` once the running transaction has committed."""
    names, woken = _heeded.get() or ((), set[str]())
    if name in names:
        woken.add(name)
    elif not _silent:
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
