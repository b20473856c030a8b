"""Simulations are asked for, started one at a time, and cancelled; what died is cleared away."""

import logging
import subprocess
import sys
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import connection, transaction
from django.utils.translation import gettext as _

from config import work
from journeys import checks
from journeys.models import Journey, Simulation
from journeys.simulate.conduct import MANAGE
from journeys.simulate.scratch import drop_orphans
from journeys.simulate.stops import MOST_DAYS
from journeys.states import JourneyStateError

logger = logging.getLogger(__name__)

MOST_CUSTOMERS = 50_000
MOST_WAITING = 10
State = Simulation.State

_started: list[subprocess.Popen[bytes]] = []  # so that the system can forget those that ended


class TooManySimulationsError(ValueError):
    """So many simulations wait already that another one would come too late to be of use."""


@transaction.atomic
def ask_simulation(  # noqa: PLR0917 - what is asked, and who asks
    journey_id: int,
    days: int,
    customers: int,
    now: datetime,
    by: AbstractBaseUser | None = None,
    seed: int = 0,
) -> Simulation:
    """Have the draft, as it is now, tried on the last `days` days of `customers` customers at most.

    GraphError where the draft can't be published, JourneyStateError where the journey is archived,
    TooManySimulationsError where ten wait.
    """
    if not (0 < days <= MOST_DAYS and 0 < customers <= MOST_CUSTOMERS):
        raise ValueError(f"1 to {MOST_DAYS} days, 1 to {MOST_CUSTOMERS} customers")
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey_id)
    if journey.state == Journey.State.ARCHIVED:
        raise JourneyStateError(
            _("The journey %(slug)s is archived: nothing of it can run.") % {"slug": journey.slug}
        )
    checks.check(journey.draft)
    if Simulation.objects.filter(state=State.QUEUED).count() >= MOST_WAITING:
        raise TooManySimulationsError(
            _("%(n)d simulations wait already: cancel one, or come back later.") % {"n": MOST_WAITING}
        )
    asked = Simulation.objects.create(
        journey=journey,
        draft=journey.draft,
        days=days,
        customers=customers,
        seed=seed,
        until=now,
        asked_at=now,
        asked_by_id=by.pk if by else None,
    )
    work.wake("journeys.simulate")
    return asked


def cancel_simulation(simulation_id: int, now: datetime) -> bool:
    """Let it not begin, or stop it within seconds; False where it has ended already."""
    rows = Simulation.objects.filter(pk=simulation_id, state__in=[State.QUEUED, State.RUNNING])
    return bool(rows.update(state=State.CANCELLED, ended_at=now))


# A lease, by the database's clock: a process that was started tells within it that it is there.
NEXT_DUE = """
    (EXISTS (SELECT FROM journeys_simulation WHERE state = 'running'
             AND beat_at < clock_timestamp() - interval '60 seconds')
     OR EXISTS (SELECT FROM journeys_simulation WHERE state = 'queued'
                AND (beat_at IS NULL OR beat_at < clock_timestamp() - interval '60 seconds'))
        AND NOT EXISTS (SELECT FROM journeys_simulation WHERE state = 'running'))
"""
LOST = """
    UPDATE journeys_simulation SET state = 'failed', error = %(error)s, ended_at = %(now)s
    WHERE state = 'running' AND beat_at < clock_timestamp() - interval '60 seconds'
"""
TAKE = """
    UPDATE journeys_simulation SET beat_at = clock_timestamp() WHERE id = (
        SELECT id FROM journeys_simulation
        WHERE state = 'queued' AND (beat_at IS NULL OR beat_at < clock_timestamp() - interval '60 seconds')
          AND NOT EXISTS (SELECT FROM journeys_simulation WHERE state = 'running'
                          OR state = 'queued' AND beat_at >= clock_timestamp() - interval '60 seconds')
        ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""


def start_next(now: datetime) -> int:
    """Clear away what died, and start the process of the simulation that waits longest where none runs."""
    with connection.cursor() as cursor:
        cursor.execute(LOST, {"now": now, "error": _("Its process was lost. Ask for it again.")})
        lost = int(cursor.rowcount)
        drop_orphans()
        cursor.execute(TAKE)
        taken = cursor.fetchone()
    if taken:
        _start(taken[0])
    return lost + (1 if taken else 0)


def _start(simulation_id: int) -> None:
    """A process that goes on without us: it belongs to no worker, and a worker that stops leaves it alone."""
    logger.info("Simulation %d starts.", simulation_id)
    _started[:] = [process for process in _started if process.poll() is None]
    words = [sys.executable, str(MANAGE), "simulate", str(simulation_id)]
    _started.append(subprocess.Popen(words, stdin=subprocess.DEVNULL, start_new_session=True))
