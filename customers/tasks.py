"""The work of this app: pieces, their Celery tasks, their sweeps."""

from datetime import timedelta

from celery import shared_task

from config import tally, work
from customers import inbox, news, schema, tallies
from customers.duplicates.work import SEARCH_DUE, start_next
from customers.imports.services import forget_old
from customers.imports.work import IMPORT_DUE, next_block
from customers.inbox import DRAIN_DUE, drain
from customers.news import HEAR_DUE, hear
from customers.rebuild import BATCH as RECHECKED
from customers.rebuild import REBUILD_DUE, RECHECK_DUE, rebuild, recheck
from customers.repair import REPAIR_DUE, repair
from customers.retention import RETAIN_DUE, retain
from customers.schema import note_events
from customers.seen import FORGET_DUE, forget_seen

for counts in (tallies.SIZES, tallies.MOVES, tallies.STAYS, tallies.MEMBERS):
    tally.register(counts)
work.register("customers.drain", order=10, run=drain, due=DRAIN_DUE, batch=inbox.BATCH)
work.register("customers.import", order=12, run=next_block, due=IMPORT_DUE)
work.register("customers.hear", order=15, run=hear, due=HEAR_DUE, batch=news.BATCH)
work.register("customers.recheck", order=20, run=recheck, due=RECHECK_DUE, by_time=True, batch=RECHECKED)
work.register("customers.rebuild", order=25, run=rebuild, due=REBUILD_DUE)
work.register("customers.repair", order=85, run=repair, due=REPAIR_DUE)
work.register("customers.find_duplicates", order=88, run=start_next, due=SEARCH_DUE)
work.register("customers.forget_seen", order=90, run=forget_seen, due=FORGET_DUE)
work.register("customers.note_events", order=92, run=note_events, due="false", batch=schema.BATCH)
work.register("customers.retain", order=93, run=retain, due=RETAIN_DUE)
work.register("customers.forget_imports", order=91, run=forget_old, due="false")

SWEEPS = {
    "customers.drain": timedelta(seconds=2),
    "customers.import": timedelta(seconds=5),
    "customers.hear": timedelta(seconds=5),
    "customers.recheck": timedelta(seconds=10),
    "customers.rebuild": timedelta(seconds=10),
    "customers.repair": timedelta(minutes=1),
    "customers.find_duplicates": timedelta(minutes=1),
    "customers.forget_seen": timedelta(minutes=10),
    "customers.forget_imports": timedelta(hours=6),
    "customers.note_events": timedelta(minutes=1),
    "customers.retain": timedelta(minutes=10),
}


@shared_task(name="customers.drain")
def drain_task() -> None:
    """Apply the calls that are pending."""
    work.perform("customers.drain")


@shared_task(name="customers.import")
def import_task() -> None:
    """Try or import the next rows of a file."""
    work.perform("customers.import")


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


@shared_task(name="customers.repair")
def repair_task() -> None:
    """Look after what is kept of the next few customers."""
    work.perform("customers.repair")


@shared_task(name="customers.find_duplicates")
def find_duplicates_task() -> None:
    """Start the process of the search for duplicates that is due."""
    work.perform("customers.find_duplicates")


@shared_task(name="customers.forget_seen")
def forget_seen_task() -> None:
    """Forget message ids older than 48 hours."""
    work.perform("customers.forget_seen")


@shared_task(name="customers.forget_imports")
def forget_imports_task() -> None:
    """Forget files that nobody started, and old reports."""
    work.perform("customers.forget_imports")


@shared_task(name="customers.note_events")
def note_events_task() -> None:
    """Note which events sources send."""
    work.perform("customers.note_events")


@shared_task(name="customers.retain")
def retain_task() -> None:
    """Delete events that are older than they are to be kept."""
    work.perform("customers.retain")
