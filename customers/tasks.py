"""The work of this app: pieces, their Celery tasks, their sweeps."""

from datetime import timedelta

from celery import shared_task

from config import work
from customers.inbox import drain, forget_seen
from customers.rebuild import rebuild, recheck

work.register("customers.drain", order=10, run=drain)
work.register("customers.recheck", order=20, run=recheck)
work.register("customers.rebuild", order=25, run=rebuild)
work.register("customers.forget_seen", order=90, run=forget_seen)

SWEEPS = {
    "customers.drain": timedelta(seconds=1),
    "customers.recheck": timedelta(seconds=1),
    "customers.rebuild": timedelta(seconds=5),
    "customers.forget_seen": timedelta(minutes=10),
}


@shared_task(name="customers.drain")
def drain_task() -> None:
    """Apply the calls that are pending."""
    work.perform("customers.drain")


@shared_task(name="customers.recheck")
def recheck_task() -> None:
    """Classify customers whom time alone may have moved."""
    work.perform("customers.recheck")


@shared_task(name="customers.rebuild")
def rebuild_task() -> None:
    """Ask changed rules of everybody."""
    work.perform("customers.rebuild")


@shared_task(name="customers.forget_seen")
def forget_seen_task() -> None:
    """Forget message ids older than 48 hours."""
    work.perform("customers.forget_seen")
