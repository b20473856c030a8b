"""The work of this app: what pages can't wait for is found out ahead of time."""

from datetime import timedelta

from celery import shared_task

from config import work
from insights.readings import take_readings

# Its sweep alone does it: no other work waits for it.
work.register("insights.take_readings", order=97, run=take_readings, due="false")

SWEEPS = {"insights.take_readings": timedelta(minutes=1)}


@shared_task(name="insights.take_readings")
def take_readings_task() -> None:
    """Take the readings that are due."""
    work.perform("insights.take_readings")
