"""The work of this app: what Celery, sweeps, replays and tests call. See config/work.py."""

from datetime import timedelta

from celery import shared_task

from config import tally, work
from journeys import dates, effects, engine, tallies, trigger
from journeys.awaiting import UNAWAITED, drop_unawaited
from journeys.dates import DATES_DUE, let_in_by_date
from journeys.effects import CHANGES_DUE, apply_changes
from journeys.engine import FATES_DUE, advance, hear_fates
from journeys.load import IS_DUE
from journeys.mending import MEND_DUE, mend
from journeys.moving import MIGRATE_DUE, move_versions
from journeys.services import DRAINED, end_drained
from journeys.simulate.services import NEXT_DUE, start_next
from journeys.start import BEGIN_DUE, START_DUE, begin, start_members
from journeys.trigger import LISTEN_DUE, listen
from journeys.versions import unless_outdated

for counts in tallies.TALLIES:
    tally.register(counts)
work.register("journeys.begin", order=28, run=unless_outdated(begin), due=BEGIN_DUE, by_time=True)
work.register("journeys.listen", order=30, run=unless_outdated(listen), due=LISTEN_DUE, batch=trigger.BATCH)
work.register("journeys.start", order=32, run=unless_outdated(start_members), due=START_DUE, by_time=True)
work.register(
    "journeys.let_in_by_date",
    order=33,
    run=unless_outdated(let_in_by_date),
    due=DATES_DUE,
    by_time=True,
    batch=dates.BATCH,
)
work.register("journeys.hear_fates", order=35, run=hear_fates, due=FATES_DUE, batch=engine.FATES)
work.register("journeys.mend", order=37, run=unless_outdated(mend), due=MEND_DUE)
work.register("journeys.migrate", order=38, run=unless_outdated(move_versions), due=MIGRATE_DUE)
work.register(
    "journeys.advance",
    order=40,
    run=unless_outdated(advance),
    due=IS_DUE,
    by_time=True,
    batch=engine.BATCH,
)
work.register("journeys.apply_changes", order=42, run=apply_changes, due=CHANGES_DUE, batch=effects.BATCH)
work.register("journeys.drop_unawaited", order=95, run=drop_unawaited, due=f"EXISTS ({UNAWAITED})")
work.register("journeys.end_drained", order=45, run=end_drained, due=f"EXISTS ({DRAINED})")
work.register("journeys.simulate", order=96, run=start_next, due=NEXT_DUE)

SWEEPS = {
    "journeys.begin": timedelta(seconds=5),
    "journeys.listen": timedelta(seconds=2),
    "journeys.start": timedelta(seconds=5),
    "journeys.let_in_by_date": timedelta(seconds=5),
    "journeys.hear_fates": timedelta(seconds=5),
    "journeys.mend": timedelta(seconds=5),
    "journeys.migrate": timedelta(seconds=5),
    "journeys.advance": timedelta(seconds=5),
    "journeys.simulate": timedelta(seconds=15),
    "journeys.apply_changes": timedelta(seconds=5),
    "journeys.drop_unawaited": timedelta(hours=1),
    "journeys.end_drained": timedelta(minutes=1),
}


@shared_task(name="journeys.begin")
def begin_task() -> None:
    """Arrange what versions that have gone live need."""
    work.perform("journeys.begin")


@shared_task(name="journeys.start")
def start_task() -> None:
    """Let members enter together."""
    work.perform("journeys.start")


@shared_task(name="journeys.let_in_by_date")
def let_in_by_date_task() -> None:
    """Let in those whose date has come."""
    work.perform("journeys.let_in_by_date")


@shared_task(name="journeys.listen")
def listen_task() -> None:
    """Read new events."""
    work.perform("journeys.listen")


@shared_task(name="journeys.hear_fates")
def hear_fates_task() -> None:
    """Read the fates of messages."""
    work.perform("journeys.hear_fates")


@shared_task(name="journeys.advance")
def advance_task() -> None:
    """Advance due enrollments."""
    work.perform("journeys.advance")


@shared_task(name="journeys.simulate")
def simulate_task() -> None:
    """Start the simulation that waits."""
    work.perform("journeys.simulate")


@shared_task(name="journeys.apply_changes")
def apply_changes_task() -> None:
    """Make the changes that steps asked for."""
    work.perform("journeys.apply_changes")


@shared_task(name="journeys.drop_unawaited")
def drop_unawaited_task() -> None:
    """Forget rules that no journey waits for any more."""
    work.perform("journeys.drop_unawaited")


@shared_task(name="journeys.mend")
def mend_task() -> None:
    """Let those go on whose content or segment is there again."""
    work.perform("journeys.mend")


@shared_task(name="journeys.migrate")
def migrate_task() -> None:
    """Take those inside old versions to where they were asked to go."""
    work.perform("journeys.migrate")


@shared_task(name="journeys.end_drained")
def end_drained_task() -> None:
    """Archive the journeys in which nobody is left."""
    work.perform("journeys.end_drained")
