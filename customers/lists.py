"""Lists: segments whose members are put in and taken out by people and programs.

Members change in chunks, each in a transaction of its own under the events' lock and the customers': nobody
waits long, and what reads the list is true again when the chunk is committed. A change that breaks off has
done whole chunks, and the same change made again does the rest.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config import work
from customers.classify import classify
from customers.copying import numbers
from customers.events import NewEvent, lock_events, write_events
from customers.locks import lock_customers
from customers.models import Segment
from customers.named import Found, customers_named
from customers.rules import Depends

CHUNK = 5000
MOST_FAULTS = 1000  # rows of a report that are told one by one; all are counted

ENTER = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT %s, new.id, %s FROM unnest(%s::bigint[]) AS new(id)
    ON CONFLICT (segment_id, customer_id) WHERE left_at IS NULL DO NOTHING
    RETURNING customer_id
"""
LEAVE = """
    UPDATE customers_membership SET left_at = %s
    WHERE segment_id = %s AND left_at IS NULL AND customer_id = ANY(%s::bigint[])
    RETURNING customer_id
"""
# By the index one_stay_at_a_time.
MEMBERS = """
    SELECT customer_id FROM customers_membership
    WHERE segment_id = %s AND left_at IS NULL AND customer_id > %s ORDER BY customer_id LIMIT %s
"""


class ListError(RuntimeError):
    """The members of this segment can't be changed so; the message says why."""


class Operation(models.TextChoices):
    """What is done with the customers who are named."""

    APPEND = "append", gettext_lazy("put them in")
    REMOVE = "remove", gettext_lazy("take them out")
    REPLACE = "replace", gettext_lazy("keep only these")
    CLEAR = "clear", gettext_lazy("take everybody out")


class Named(NamedTuple):
    """A row that names a customer, and where it stands; `why` where it can be seen to name nobody."""

    line: int
    name: str
    why: str = ""


@dataclass
class Report:
    """What became of each row: it changed a member, changed nothing, led to nobody known, or was refused.

    `removed` counts members too whom no row named. `rows` are those that did nothing for a fault of theirs.
    """

    added: int = 0
    removed: int = 0
    unchanged: int = 0
    unknown: int = 0
    refused: int = 0
    rows: list[Named] = field(default_factory=list)

    def _tell(self, row: Named) -> None:
        if len(self.rows) < MOST_FAULTS:
            self.rows.append(row)

    def take(self, rows: Sequence[Named]) -> list[int]:
        """Count the rows that lead to nobody; returns whom the others lead to."""
        fit = iter(customers_named([row.name for row in rows if not row.why]))
        found = [(row, Found(None, row.why) if row.why else next(fit)) for row in rows]
        for row, (customer_id, why) in found:
            if why:
                self.refused += 1
                self._tell(row._replace(why=why))
            elif customer_id is None:
                self.unknown += 1
                self._tell(row._replace(why=_("No customer is known by this.")))
        return [customer_id for _row, (customer_id, _why) in found if customer_id is not None]


class _Marks:
    """A set of customers' numbers that stays small for millions of them: a bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def add(self, number: int) -> None:
        if len(self._bits) <= number >> 3:
            self._bits.extend(bytes((number >> 3) + 1 - len(self._bits)))
        self._bits[number >> 3] |= 1 << (number & 7)

    def __contains__(self, number: int) -> bool:
        return number >> 3 < len(self._bits) and bool(self._bits[number >> 3] >> (number & 7) & 1)


def change_members(segment: Segment, operation: Operation, rows: Iterable[Named], now: datetime) -> Report:
    """Do with a list what is asked, for all customers who are named; ListError where it is no list in use.

    To replace, everybody named is put in first and the others are taken out last: nobody who stays leaves
    for a moment. It is refused where somebody else changes the list meanwhile.
    """
    change = _Change(segment, now, is_alone=operation == Operation.REPLACE)
    change.check()
    if operation == Operation.REMOVE:
        change.by_rows(rows, change.leave)
    elif operation != Operation.CLEAR:
        change.by_rows(rows, change.enter)
    if operation in {Operation.REPLACE, Operation.CLEAR}:
        change.drop_others()
    return change.report


def lock_list(segment: Segment) -> Segment:
    """Lock a list's row, as all do who change it, before the events' lock. ListError: it is none in use."""
    return _Change(segment, segment.created_at, is_alone=False).claim()


def put_members(segment: Segment, customer_ids: list[int], now: datetime, *, is_in: bool) -> int:
    """Put customers into a list or take them out; returns how many that changed.

    In the caller's transaction, which holds the list's row, the events' lock and the customers'.
    """
    change = _Change(segment, now, is_alone=False)
    with change.counted(change.claim()):
        changed = change.enter(customer_ids) if is_in else change.leave(customer_ids)
    return len(changed)


class _Change:
    """One change of one list, and what is to be told of it."""

    def __init__(self, segment: Segment, now: datetime, *, is_alone: bool) -> None:
        self.segment, self.now, self.is_alone = segment, now, is_alone
        self.report, self.named = Report(), _Marks()
        self.changes: int | None = None

    def check(self) -> None:
        """Whether this can be done at all, before a row is looked at."""
        with transaction.atomic():
            self.changes = self.claim().changes

    def by_rows(self, rows: Iterable[Named], change: Callable[[list[int]], list[int]]) -> None:
        """Chunk after chunk: whom the rows name enters or leaves."""
        for chunk in _chunks(rows):
            with self._chunk():
                asked = self.report.take(chunk)
                changed = change(lock_customers(asked))
                self.report.unchanged += len(asked) - len(changed)
                for customer_id in asked:
                    self.named.add(customer_id)

    def drop_others(self) -> None:
        """Chunk after chunk, everybody leaves whom no row has named."""
        last, members = 0, [0]
        while members:
            with self._chunk(), connection.cursor() as cursor:
                cursor.execute(MEMBERS, [self.segment.pk, last, CHUNK])
                members = [row[0] for row in cursor.fetchall()]
                last = max(members, default=last)
                self.leave(lock_customers(one for one in members if one not in self.named))

    @contextmanager
    def _chunk(self) -> Iterator[None]:
        """A transaction that holds the list's row, then the events' lock, and counts itself a change."""
        with transaction.atomic():
            claimed = self.claim()
            if self.is_alone and claimed.changes != self.changes:
                raise ListError(_("Somebody else changed the list meanwhile: look at it, and begin again."))
            lock_events()
            with self.counted(claimed):
                yield

    @contextmanager
    def counted(self, claimed: Segment) -> Iterator[None]:
        """Count what is done here as one change of the list, if somebody entered or left."""
        before = self.report.added, self.report.removed
        yield
        if before != (self.report.added, self.report.removed):
            self.changes = claimed.changes = claimed.changes + 1
            claimed.changed_at = claimed.rebuilt_at = self.now
            claimed.save(update_fields=["changes", "changed_at", "rebuilt_at"])

    def claim(self) -> Segment:
        """The row, locked as a rebuild does; ListError where it is no list that is in use."""
        claimed = Segment.objects.select_for_update(no_key=True).get(pk=self.segment.pk)
        if claimed.kind != Segment.Kind.LIST:
            raise ListError(
                _("“%(name)s” finds its members by its rule: change the rule, or make a list.")
                % {"name": claimed.name}
            )
        if claimed.archived_at:
            raise ListError(_("“%(name)s” is archived: bring it back first.") % {"name": claimed.name})
        return claimed

    def enter(self, ids: list[int]) -> list[int]:
        """Make these customers members; returns those who were none."""
        entered = self._write(ENTER, [self.segment.pk, self.now, numbers(ids)], "$segment_entered")
        self.report.added += len(entered)
        return entered

    def leave(self, ids: list[int]) -> list[int]:
        """End the stay of these customers; returns those who were members."""
        left = self._write(LEAVE, [self.now, self.segment.pk, numbers(ids)], "$segment_left")
        self.report.removed += len(left)
        return left

    def _write(self, statement: str, params: list[Any], event: str) -> list[int]:
        """Write it, tell it, and ask again whatever reads the list."""
        with connection.cursor() as cursor:
            cursor.execute(statement, params)
            ids = sorted(row[0] for row in cursor.fetchall())
        if ids:
            slug = self.segment.slug
            write_events([NewEvent(one, event, self.now, {"segment": slug}) for one in ids], self.now)
            work.wake("journeys.listen")
            classify(ids, self.now, changed=Depends(segments=frozenset([slug])))
        return ids


def _chunks(rows: Iterable[Named]) -> Iterator[list[Named]]:
    waiting = iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        yield chunk
