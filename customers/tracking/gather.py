"""One commit for all calls that arrive at the same time.

A commit waits for the disk. Requests of one process hand their calls to one writer; while it commits, the
next ones gather, and go into the next commit together. Each request is answered after the commit that
holds its calls.
"""

import threading
from collections.abc import Sequence

from django.db import (
    DatabaseError,
    DataError,
    close_old_connections,
    connection,
)

from config import clock, database
from customers.inbox import store
from customers.tracking.calls import Call

MOST_CALLS = 2000
MOST_WAITING = 40_000  # calls that wait for a commit; of more than that the next ones are refused for now
PATIENCE = 10.0  # seconds that a request waits for its commit


class NotStoredError(RuntimeError):
    """The calls could not be stored now; send them again in a moment."""


class OverloadedError(RuntimeError):
    """More calls wait to be stored than may; send these again in a moment."""


class Pending:
    """The calls of one request, until they are stored."""

    __slots__ = ("calls", "done", "error", "source_id")

    def __init__(self, calls: Sequence[Call], source_id: int) -> None:
        self.calls = calls
        self.source_id = source_id
        self.done = threading.Event()
        self.error: Exception | None = None


class Writer:
    """The thread that stores what requests hand over."""

    def __init__(self) -> None:
        self._waiting: list[Pending] = []
        self._arrived = threading.Condition()
        self._is_ending = False
        self._thread = threading.Thread(target=self._run, name="inbox writer", daemon=True)
        self._thread.start()

    def submit(self, calls: Sequence[Call], source_id: int) -> None:
        """Return when the calls are committed; NotStoredError, DataError where they can't be kept."""
        pending = Pending(calls, source_id)
        with self._arrived:
            if sum(len(one.calls) for one in self._waiting) >= MOST_WAITING:
                raise OverloadedError(OverloadedError.__doc__)
            self._waiting.append(pending)
            self._arrived.notify()
        if not pending.done.wait(PATIENCE):
            raise NotStoredError(NotStoredError.__doc__)
        if pending.error is not None:
            raise pending.error

    def end(self) -> None:
        """Store what waits, then let go of the connection."""
        with self._arrived:
            self._is_ending = True
            self._arrived.notify()
        self._thread.join()

    def _run(self) -> None:
        while group := self._gathered():
            self._store(group)
        connection.close()

    def _gathered(self) -> list[Pending]:
        """The calls of the next commit; none when the writer is to end."""
        with self._arrived:
            while not self._waiting and not self._is_ending:
                self._arrived.wait()
            size, count = 0, 0
            for pending in self._waiting:
                if count and size + len(pending.calls) > MOST_CALLS:
                    break
                size, count = size + len(pending.calls), count + 1
            group, self._waiting = self._waiting[:count], self._waiting[count:]
        return group

    def _store(self, group: list[Pending]) -> None:
        error = store_now(group)
        if isinstance(error, DataError) and len(group) > 1:
            for pending in group:  # one of them is to blame: the others are stored each by itself
                self._store([pending])
            return
        for pending in group:
            pending.error = error
            pending.done.set()


def store_now(group: Sequence[Pending]) -> Exception | None:
    """Store a group in one commit; the reason where that failed. After a broken connection once more."""
    calls = [(call, pending.source_id) for pending in group for call in pending.calls]
    for is_last in (False, True):
        try:
            store(calls, clock.now())
        except DataError as error:
            return error
        except database.AWAY:
            connection.close()
            if not is_last:
                continue
            return NotStoredError(NotStoredError.__doc__)
        except (DatabaseError, RuntimeError, ValueError) as error:
            return error
        finally:
            close_old_connections()
        return None
    return None


class _Office:
    """The one writer of this process, started with the first call (so after any fork)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writer: Writer | None = None

    def writer(self) -> Writer:
        with self._lock:
            if self._writer is None:
                self._writer = Writer()
            return self._writer

    def close(self) -> None:
        with self._lock:
            if self._writer is not None:
                self._writer.end()
                self._writer = None


_office = _Office()


def end_writer() -> None:
    """End this process's writer, if it has one; the next call starts another."""
    _office.close()


def submit(calls: Sequence[Call], source_id: int) -> None:
    """Store calls; returns after the commit. Inside a caller's own transaction they belong to that."""
    if connection.in_atomic_block:
        store([(call, source_id) for call in calls], clock.now())
    else:
        _office.writer().submit(calls, source_id)
