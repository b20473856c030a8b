"""The work of this app: what Celery, sweeps, replays and tests call. See config/work.py."""

from datetime import timedelta

from celery import shared_task

from config import work
from journeys.engine import FATES_DUE, advance, hear_fates
from journeys.load import IS_DUE
from journeys.trigger import LISTEN_DUE, listen

work.register("journeys.listen", order=30, run=listen, due=LISTEN_DUE)
work.register("journeys.hear_fates", order=35, run=hear_fates, due=FATES_DUE)
work.register("journeys.advance", order=40, run=advance, due=IS_DUE, by_time=True)

SWEEPS = {
    "journeys.listen": timedelta(seconds=2),
    "journeys.hear_fates": timedelta(seconds=5),
    "journeys.advance": timedelta(seconds=5),
}


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
