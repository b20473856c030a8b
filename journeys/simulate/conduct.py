"""A simulation from its start to its end: two processes, one for each leg, and the row that tells of them.

The row's state is what stops it: whoever cancels changes the row, and within a second both processes are
killed. However it ends, its schemas go with it.
"""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from typing import IO, Any, cast

import msgspec
from django.db import IntegrityError, connection
from django.utils.translation import gettext as _

from config import database, work
from customers.models import Customer
from journeys.models import Journey, Simulation
from journeys.simulate.counts import LegResult
from journeys.simulate.leg import Leg, task_of
from journeys.simulate.outcome import Outcome, outcome
from journeys.simulate.scratch import drop, scratch_name

logger = logging.getLogger(__name__)

MANAGE = Path(__file__).resolve().parents[2] / "manage.py"
BEAT = 0.5  # seconds between two looks at the row
LONGEST = 1800.0  # seconds
State = Simulation.State


class CancelledError(Exception):
    """The row says that it is not to go on."""


class LegFailedError(Exception):
    """What one of the processes said before it ended, or that it ended without a word."""


class Line(msgspec.Struct, omit_defaults=True):
    """What a leg writes, a line each: how far it is, at last its result or what went wrong."""

    share: float = 0.0
    result: LegResult | None = None
    fault: str = ""


BEGIN = """
    UPDATE journeys_simulation SET state = 'running', started_at = %(now)s, beat_at = clock_timestamp()
    WHERE id = %(id)s AND state = 'queued'
      AND NOT EXISTS (SELECT FROM journeys_simulation WHERE state = 'running')
"""
TELL = """
    UPDATE journeys_simulation SET progress = %(share)s, beat_at = clock_timestamp()
    WHERE id = %(id)s AND state = 'running'
"""


def conduct(simulation_id: int, now: Callable[[], datetime]) -> bool:
    """Do a queued simulation; False where it is not queued (any more), or another one runs.

    `now` is asked at its start and at its end.
    """
    if not _begin(simulation_id, now()):
        return False
    simulation = Simulation.objects.select_related("journey").get(pk=simulation_id)
    started = time.monotonic()
    try:
        results = _legs(simulation)
        told = _outcome(simulation, results, time.monotonic() - started)
        _end(simulation_id, State.DONE, now(), result=msgspec.to_builtins(told), progress=1.0)
    except CancelledError:
        logger.info("Simulation %d was cancelled.", simulation_id)
    except LegFailedError as error:
        _end(simulation_id, State.FAILED, now(), error=str(error))
    except Exception as error:
        if not database.is_away(error):
            _end(simulation_id, State.FAILED, now(), error=f"{type(error).__name__}: {error}"[:2000])
        raise
    finally:
        for leg in Leg:
            drop(scratch_name(simulation_id, leg))
        work.wake("journeys.simulate")
    return True


def _begin(simulation_id: int, now: datetime) -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute(BEGIN, {"id": simulation_id, "now": now})
            return bool(cursor.rowcount)
    except IntegrityError:  # another one began in the same moment
        return False


def _end(simulation_id: int, state: str, at: datetime, **said: Any) -> None:
    """Write the end; one that was cancelled meanwhile stays so."""
    rows = Simulation.objects.filter(pk=simulation_id, state=State.RUNNING)
    rows.update(state=state, ended_at=at, **said)


def _legs(simulation: Simulation) -> dict[Leg, LegResult]:
    """Both legs at once, on one snapshot of the live tables."""
    with ExitStack() as stack:
        with _snapshot() as snapshot:
            legs = {leg: stack.enter_context(_process(simulation.pk, leg, snapshot)) for leg in Leg}
            watch = stack.enter_context(closing(Watch(simulation.pk, legs)))
            watch.until(lambda line: line.share > 0)
        watch.until(lambda line: line.result is not None)
        return {leg: cast(LegResult, line.result) for leg, line in watch.said.items()}


@contextmanager
def _snapshot() -> Iterator[str]:
    """What is committed by now, to be seen by others for the length of the block; a session of its own."""
    holder = connection.copy()
    try:
        holder.set_autocommit(False)
        with holder.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT pg_export_snapshot()")
            yield str(cursor.fetchone()[0])
    finally:
        holder.close()


@contextmanager
def _process(simulation_id: int, leg: Leg, snapshot: str) -> Iterator[IO[bytes]]:
    """The process of a leg, by what it says; it is killed where the block is left before its end."""
    words = [
        sys.executable,
        str(MANAGE),
        "simulate",
        str(simulation_id),
        "--leg",
        leg,
        "--snapshot",
        snapshot,
    ]
    with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:
        try:
            yield cast(IO[bytes], process.stdout)
        finally:
            process.kill()


class Watch:
    """Hears both legs, and tells the row how far they are."""

    def __init__(self, simulation_id: int, legs: Mapping[Leg, IO[bytes]]) -> None:
        self.said = dict.fromkeys(legs, Line())
        self._simulation_id = simulation_id
        self._rest = dict.fromkeys(legs, b"")
        self._deadline = time.monotonic() + LONGEST
        self._told = 0.0
        self._selector = DefaultSelector()
        for leg, output in legs.items():
            self._selector.register(output, EVENT_READ, leg)

    def close(self) -> None:
        """Hear no more."""
        self._selector.close()

    def until(self, is_reached: Callable[[Line], bool]) -> None:
        """Go on until that is true of the last line of each; raises what stops it before."""
        while not all(map(is_reached, self.said.values())):
            for key, _events in self._selector.select(BEAT):
                self._hear(key.data, key.fileobj)
            self._tell()

    def _hear(self, leg: Leg, output: Any) -> None:
        heard = os.read(output.fileno(), 1 << 20)
        *lines, self._rest[leg] = (self._rest[leg] + heard).split(b"\n")
        if lines:
            self.said[leg] = msgspec.json.decode(lines[-1], type=Line)
        if self.said[leg].fault:
            raise LegFailedError(self.said[leg].fault)
        if not heard:
            self._selector.unregister(output)
            if self.said[leg].result is None:
                raise LegFailedError(_("Its process ended without a word: see the worker's log."))

    def _tell(self) -> None:
        """Say at times how far both are, and hear whether to go on."""
        if time.monotonic() > self._deadline:
            raise LegFailedError(_("It took longer than half an hour: choose fewer customers or days."))
        if time.monotonic() < self._told + BEAT:
            return
        self._told = time.monotonic()
        share = sum(line.share for line in self.said.values()) / len(self.said)
        with connection.cursor() as cursor:
            cursor.execute(TELL, {"id": self._simulation_id, "share": share})
            if not cursor.rowcount:
                raise CancelledError


def _outcome(simulation: Simulation, results: Mapping[Leg, LegResult], seconds: float) -> Outcome:
    task = task_of(simulation, Leg.WITH)
    others = Journey.objects.filter(state=Journey.State.LIVE).exclude(pk=simulation.journey_id)
    return outcome(
        results[Leg.WITHOUT],
        results[Leg.WITH],
        {row.pk: (row.slug, row.name) for row in others},
        (task.start, task.until),
        Customer.objects.filter(first_seen_at__lt=task.until).count(),
        seconds,
    )
