"""Walk a shop's log through the product with a moving clock: the same inbox, engine, gate and providers.

The clock goes in slices. In each one the calls of that slice are accepted, then everything that is due runs
until nothing moves any more, and only then does the clock go on; so the outcome does not depend on how fast
anything is. The replay drives the clock: the workers of the installation leave the work to it. Its row is
its checkpoint, and every part of a slice can be repeated: a replay, a server or a provider that was killed
changes nothing in the end.
"""

import fcntl
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection

from channels.models import Message, MessageState
from config import clock, database, work
from customers import inbox
from customers.tracking.calls import Call
from sandbox.log import BadLine, LogReader
from sandbox.models import Replay

logger = logging.getLogger(__name__)

RENEW = 20.0  # seconds after which the hold on the clock is renewed
PATIENCE = 300.0  # seconds that a lost database is waited for
Progress = Callable[[Replay, float], None]
NextStop = Callable[[datetime], datetime]  # from where the clock stands to where it stands next


class ReplayRunningError(RuntimeError):
    """Another replay runs on this installation; wait until it ends."""


class DatabaseGoneError(RuntimeError):
    """The database did not come back within five minutes; the same replay, started again, goes on."""


@dataclass
class Walk:
    """One process's walk of one replay over its log, slice by slice."""

    replay: Replay
    log: LogReader
    next_stop: NextStop
    source_id: int | None
    progress: Progress
    rejected: list[BadLine] = field(default_factory=list)
    _renewed: float = 0.0

    def run(self) -> None:
        """Walk from the checkpoint to the end; returns when all that is due until then has run."""
        while self.replay.reached_at < self.replay.ends_at:
            until = min(self.next_stop(self.replay.reached_at), self.replay.ends_at).astimezone(UTC)
            calls = list(self._calls(until))
            self._through_outages(until, calls)
            self.progress(self.replay, self._share())

    def _calls(self, until: datetime) -> Iterator[Call]:
        for line in self.log.until(until):
            if isinstance(line, BadLine):
                self.rejected.append(line)
            else:
                yield line

    def _through_outages(self, until: datetime, calls: list[Call]) -> None:
        """Do the slice, again from its beginning when the database went away in the middle of it."""
        while True:
            try:
                self._slice(until, calls)
            except database.AWAY as error:
                logger.warning("The database went away (%s); the slice is done again.", type(error).__name__)
                wait_for_database()
            else:
                return

    def _slice(self, until: datetime, calls: list[Call]) -> None:
        if time.monotonic() - self._renewed > RENEW:
            clock.drive(self.replay.name)
            self._renewed = time.monotonic()
        with work.redoable():
            clock.stand_at(until)
            if calls:
                inbox.accept(calls, self.source_id, until)
        finish_all_due(until)
        # It waits for the disk, and all of the slice with it: nobody comes back to what is before it.
        Replay.objects.filter(pk=self.replay.pk).update(
            reached_at=until,
            offset=self.log.offset,
            calls=self.replay.calls + len(calls),
            rejected=self.log.rejected,
        )
        self.replay.reached_at, self.replay.calls = until, self.replay.calls + len(calls)

    def _share(self) -> float:
        return (self.replay.reached_at - self.replay.starts_at) / (
            self.replay.ends_at - self.replay.starts_at
        )


def finish_all_due(now: datetime) -> None:
    """Run everything that is due at `now`; wait for sends that a killed process left under their lease."""
    work.settle(now)
    while Message.objects.filter(state=MessageState.SENDING).exists():
        time.sleep(0.2)
        work.settle(now)


def wait_for_database() -> None:
    """Return when the database answers again; DatabaseGoneError after five minutes."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        connection.close()
        try:
            connection.ensure_connection()
        except DatabaseError:
            time.sleep(0.25)
        else:
            return
    raise DatabaseGoneError(DatabaseGoneError.__doc__)


@contextmanager
def only_one() -> Iterator[None]:
    """Hold the file lock of replays, which goes with the process; ReplayRunningError where it is held."""
    path: Path = settings.VAR / "replay.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReplayRunningError(ReplayRunningError.__doc__) from error
        yield
