"""The look: what time alone has made due is woken twice a second, by one query for all of it."""

from datetime import timedelta

from celery import shared_task

from config import work

SWEEPS = {"work.look": timedelta(seconds=0.5)}


@shared_task(name="work.look")
def look() -> None:
    """Wake the pieces of work that have come due."""
    work.look()
