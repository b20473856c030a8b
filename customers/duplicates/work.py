"""Searches for duplicates: asked for, and done in a process of their own, one at a time.

A search of its own accord compares whom somebody has written since the last one with everybody; the first
one, and one that a person asks for, compares everybody with everybody. For what is found depends on all (a
name is rarer or more frequent than before), but hardly, and most customers are as they were yesterday.
"""

import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, Thread

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from config import work
from customers.duplicates.rows import compare
from customers.models import DuplicateSearch

logger = logging.getLogger(__name__)

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
EVERY = timedelta(days=1)
BEAT = 15.0  # seconds between two signs of life
SEARCH_DUE = "false"  # its sweep and its wake-up alone start it: a replay has no time for it
State = DuplicateSearch.State
_started: list[subprocess.Popen[bytes]] = []  # so that the system can forget those that ended

# A lease, by the database's clock: a process that was started tells within it that it is there.
LOST = """
    UPDATE customers_duplicatesearch SET state = 'failed', error = %(error)s, ended_at = %(now)s
    WHERE state = 'running' AND beat_at < clock_timestamp() - interval '2 minutes'
"""
TAKE = """
    UPDATE customers_duplicatesearch SET beat_at = clock_timestamp()
    WHERE state = 'queued' AND (beat_at IS NULL OR beat_at < clock_timestamp() - interval '2 minutes')
    RETURNING id
"""
BEGIN = """
    UPDATE customers_duplicatesearch SET state = 'running', beat_at = clock_timestamp(),
        mark = pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    WHERE id = %s AND state = 'queued'
"""
ALIVE = "UPDATE customers_duplicatesearch SET beat_at = clock_timestamp() WHERE id = %s AND state = 'running'"


def ask_search(by: str, now: datetime) -> DuplicateSearch | None:
    """Have everybody compared with everybody; None where a search waits or runs already."""
    asked = _queue(now, is_full=True, by=by)
    if asked:
        work.wake("customers.find_duplicates")
    return asked


def start_next(now: datetime) -> int:
    """Clear away what died, queue the search of the day, and start the process of what waits."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"now": now, "error": _("Its process was lost. Ask for it again.")})
    if not DuplicateSearch.objects.filter(asked_at__gt=now - EVERY).exists():
        _queue(now, is_full=_last_mark() is None)
    with connection.cursor() as cursor:
        cursor.execute(TAKE)
        taken = cursor.fetchone()
    if taken:
        _start(taken[0])
    return 0  # nothing of it is left to do at once


def conduct(search_id: int, now: Callable[[], datetime]) -> bool:
    """Do a search that waits, in this process; False where it waits no more."""
    mark = _last_mark()
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, [search_id])
        if not cursor.rowcount:
            return False
    row = DuplicateSearch.objects.get(pk=search_id)
    try:
        with _alive(search_id):
            compare(search_id, None if row.is_full else mark, now)
    except Exception as error:
        rows = DuplicateSearch.objects.filter(pk=search_id, state=State.RUNNING)
        rows.update(state=State.FAILED, ended_at=now(), error=f"{type(error).__name__}: {error}"[:2000])
        raise
    return True


def _queue(now: datetime, *, is_full: bool, by: str = "") -> DuplicateSearch | None:
    try:
        with transaction.atomic():
            return DuplicateSearch.objects.create(asked_at=now, asked_by=by, is_full=is_full)
    except IntegrityError:  # one waits or runs
        return None


def _last_mark() -> int | None:
    """Up to which transaction everything was compared; None where that is not known."""
    last = DuplicateSearch.objects.filter(state=State.DONE).order_by("-pk").first()
    if last is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (current,) = cursor.fetchone() or (0,)
    return last.mark if last.mark is not None and last.mark <= current else None  # another server's count


def _start(search_id: int) -> None:
    """A process that goes on without us: it belongs to no worker, and a worker that stops leaves it alone."""
    logger.info("The search for duplicates %d starts.", search_id)
    _started[:] = [process for process in _started if process.poll() is None]
    words = [sys.executable, str(MANAGE), "find_duplicates", str(search_id)]
    _started.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True))


@contextmanager
def _alive(search_id: int) -> Iterator[None]:
    """Tell within the block, from a thread with a connection of its own, that this process is there."""
    done = Event()

    def tell() -> None:
        try:
            while not done.wait(BEAT):
                with connection.cursor() as cursor:
                    cursor.execute(ALIVE, [search_id])
        finally:
            connection.close()

    thread = Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
