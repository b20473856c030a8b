"""Everything that happened to one customer, newest first, each page bounded whatever lies behind it.

Moves between stages, segments, consents and reactions to messages are Event rows; beside them stand the
messages themselves, also those that were never sent, and the ways through journeys.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Model, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from channels.models import Message
from customers.models import Customer, Event
from journeys.models import Enrollment, StepLog

PAGE = 40
SYSTEM = "$"


@dataclass(frozen=True)
class Entry:
    """One line: when, of which sort, the row itself, and the key by which the next page goes on."""

    at: datetime
    rank: int
    pk: int
    sort: str
    row: Any

    @property
    def key(self) -> str:
        """Where the next page begins."""
        return f"{self.at.isoformat()}~{self.rank}~{self.pk}"


@dataclass(frozen=True)
class Cursor:
    """The last entry of the page before."""

    at: datetime
    rank: int
    pk: int

    @classmethod
    def parse(cls, text: str) -> "Cursor | None":
        """A cursor from its text; None for anything that is none, which is the first page."""
        try:
            at, rank, pk = text.split("~")
            moment = datetime.fromisoformat(at)
            return cls(moment, int(rank), int(pk)) if moment.tzinfo else None
        except ValueError:
            return None

    def beyond(self, rank: int) -> Q:
        """The rows of a source that come after it, in the order of moment, source and id, all descending."""
        if rank > self.rank:
            return Q(at__lt=self.at)
        if rank < self.rank:
            return Q(at__lte=self.at)
        return Q(at__lt=self.at) | Q(at=self.at, pk__lt=self.pk)


def _events(customer: Customer) -> QuerySet[Any]:
    return Event.objects.filter(customer=customer).annotate(at=F("occurred_at")).select_related("source")


def _activity(customer: Customer) -> QuerySet[Any]:
    return _events(customer).exclude(name__startswith=SYSTEM)


def _named(prefix: str) -> Callable[[Customer], QuerySet[Any]]:
    return lambda customer: _events(customer).filter(name__startswith=prefix)


def _messages(customer: Customer) -> QuerySet[Any]:
    settled = Coalesce("sent_at", "closed_at", "created_at")
    return Message.objects.filter(customer=customer).annotate(at=settled).select_related("content")


def _entered(customer: Customer) -> QuerySet[Any]:
    asked = Enrollment.objects.filter(customer=customer).annotate(at=F("entered_at"))
    return asked.select_related("journey", "version")


def _ended(customer: Customer) -> QuerySet[Any]:
    asked = Enrollment.objects.filter(customer=customer, ended_at__isnull=False).annotate(at=F("ended_at"))
    return asked.select_related("journey", "version")


def _steps(customer: Customer) -> QuerySet[Any]:
    return (
        StepLog.objects.filter(customer=customer).annotate(at=F("left_at")).select_related("version__journey")
    )


Source = Callable[[Customer], QuerySet[Any]]
# Rank: of what happened at one moment, the higher stands above.
SOURCES: dict[str, tuple[int, Source]] = {
    "event": (1, _events),
    "entered": (2, _entered),
    "step": (3, _steps),
    "message": (4, _messages),
    "ended": (5, _ended),
}
ACTIVITY: dict[str, tuple[int, Source]] = {"event": (1, _activity)}
SORTS = {
    "": (_("Everything"), SOURCES),
    "activity": (_("What they did"), ACTIVITY),
    "stages": (_("Stages"), {"event": (1, _named("$stage_"))}),
    "segments": (_("Segments"), {"event": (1, _named("$segment_"))}),
    "messages": (_("Messages"), {"event": (1, _named("$message_")), "message": SOURCES["message"]}),
    "journeys": (_("Journeys"), {sort: SOURCES[sort] for sort in ("entered", "step", "ended")}),
    "consents": (_("Consents"), {"event": (1, _named("$consent_"))}),
}


def timeline(
    customer: Customer, sort: str = "", after: str = "", limit: int = PAGE
) -> tuple[list[Entry], str]:
    """One page and the cursor of the next (empty at the end): one bounded query per source."""
    cursor = Cursor.parse(after)
    _label, sources = SORTS.get(sort, SORTS[""])
    found: list[Entry] = []
    for name, (rank, source) in sources.items():
        rows = source(customer)
        if cursor:
            rows = rows.filter(cursor.beyond(rank))
        found += _entries(name, rank, rows.order_by("-at", "-pk")[: limit + 1])
    found.sort(key=lambda entry: (entry.at, entry.rank, entry.pk), reverse=True)
    page = found[:limit]
    return page, page[-1].key if len(found) > limit else ""


def _entries(sort: str, rank: int, rows: Iterable[Model]) -> list[Entry]:
    return [Entry(row.at, rank, row.pk, _sort_of(sort, row), row) for row in rows]  # type: ignore[attr-defined]


def _sort_of(sort: str, row: Any) -> str:
    """An event of Sette's own is shown by what it is about."""
    if sort != "event" or not row.name.startswith(SYSTEM):
        return sort
    return {"message": "reaction"}.get(about := str(row.name[1:]).split("_")[0], about)
