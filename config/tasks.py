"""The look, which wakes twice a second what time alone has made due; the keeping of tallies; the telling.

People are mailed what they have asked to be told of. No row of the engine waits for that.
"""

from datetime import timedelta

from celery import shared_task

from config import clock, tally, work
from config.telling import tell

SWEEPS = {
    "work.look": timedelta(seconds=0.5),
    "tally.fold": timedelta(minutes=1),
    "tally.recount": timedelta(days=1),
    "people.tell": timedelta(minutes=5),
}
# Their sweeps alone do it: nothing waits for it, and what is not folded counts all the same.
work.register("tally.fold", order=98, run=tally.fold_all, due="false")
work.register("tally.recount", order=99, run=tally.recount_all, due="false")


@shared_task(name="work.look")
def look() -> None:
    """Wake the pieces of work that have come due."""
    work.look()


@shared_task(name="tally.fold")
def fold() -> None:
    """Make few of many lines of the tallies."""
    work.perform("tally.fold")


@shared_task(name="tally.recount")
def recount() -> None:
    """Compare the tallies with the rows that they count."""
    work.perform("tally.recount")


@shared_task(name="people.tell")
def tell_people() -> None:
    """Tell people by e-mail what there is to tell."""
    tell(clock.now())
