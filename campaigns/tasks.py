"""The work of this app: its piece, its Celery task, and how often beat looks for it."""

from datetime import timedelta

from celery import shared_task

from campaigns import broadcast
from config import work

work.register("campaigns.launch", order=50, run=broadcast.run, due=broadcast.DUE, by_time=True)
SWEEPS = {"campaigns.launch": timedelta(seconds=10)}


@shared_task(name="campaigns.launch")
def launch() -> None:
    """Start broadcasts that are due, and mark those that are finished."""
    work.perform("campaigns.launch")
