"""The work of this app: pieces, their Celery tasks, their sweeps."""

from datetime import timedelta

from celery import shared_task

from config import work
from customers.inbox import DRAIN_DUE, FORGET_DUE, drain, forget_seen
from customers.news import HEAR_DUE, hear
from customers.rebuild import REBUILD_DUE, RECHECK_DUE, rebuild, recheck

work.register("customers.drain", order=10, run=drain, due=DRAIN_DUE)
work.register("customers.hear", order=15, run=hear, due=HEAR_DUE)
work.register("customers.recheck", order=20, run=recheck, due=RECHECK_DUE, by_time=True)
work.register("customers.rebuild", order=25, run=rebuild, due=REBUILD_DUE)
work.register("customers.forget_seen", order=90, run=forget_seen, due=FORGET_DUE)

SWEEPS = {
    "customers.drain": timedelta(seconds=2),
    "customers.hear": timedelta(seconds=5),
    "customers.recheck": timedelta(seconds=10),
    "customers.rebuild": timedelta(seconds=10),
    "customers.forget_seen": timedelta(minutes=10),
}


@shared_task(name="customers.drain")
def drain_task() -> None:
    """Apply the calls that are pending."""
    work.perform("customers.drain")


@shared_task(name="customers.hear")
def hear_task() -> None:
    """Ask rules about what others told of customers."""
    work.perform("customers.hear")


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
