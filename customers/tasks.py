"""The work of this app: pieces, their Celery tasks, their sweeps."""

from datetime import timedelta

from celery import shared_task

from config import work
from customers.inbox import drain, forget_seen

work.register("customers.drain", order=10, run=drain)
work.register("customers.forget_seen", order=90, run=forget_seen)

SWEEPS = {
    "customers.drain": timedelta(seconds=0.5),
    "customers.forget_seen": timedelta(minutes=10),
}


@shared_task(name="customers.drain")
def drain_task() -> None:
    """Apply the calls that are pending."""
    work.perform("customers.drain")


@shared_task(name="customers.forget_seen")
def forget_seen_task() -> None:
    """Forget message ids older than 48 hours."""
    work.perform("customers.forget_seen")
