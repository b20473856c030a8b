"""The piece of work of imports: one block of the oldest that is under way, tried or imported.

A block goes in the transaction that imports it, with the counts of its rows: whatever ends the process, the
import goes on where it was, and no row counts twice.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction
from django.db.models import F

from config import database, work
from customers.apply import ABOUT_NOBODY, apply_calls
from customers.commerce.services import keep_products
from customers.copying import copy_lines, escaped, texts
from customers.events import lock_events, quietly
from customers.identity import Received
from customers.imports.columns import check
from customers.imports.intake import rows_of, source_of_files
from customers.imports.products import Listed, ProductReader
from customers.imports.rows import Fault, Plan, Reader
from customers.imports.suppressions import suppress_new, weigh_suppressions
from customers.imports.trial import RowReader, try_block
from customers.inbox import told
from customers.models import Import, ImportBlock
from customers.seen import first_seen
from customers.tracking.calls import Call

# Off import_under_way.
IMPORT_DUE = "EXISTS (SELECT FROM customers_import WHERE state IN ('checking', 'running'))"
REJECT = "COPY customers_rejectedrow (of_id, line, reason, cells) FROM STDIN"

Read = tuple[int, list[str], Call | Listed]  # the line, its cells, and what it says


def next_block(now: datetime) -> int:
    """Try or import one block; returns how many rows it had, at least 1 where an import was under way."""
    with work.redoable():
        states = [Import.State.CHECKING, Import.State.RUNNING]
        one = (
            Import.objects.select_for_update(skip_locked=True).filter(state__in=states).order_by("pk").first()
        )
        if one is None:
            return 0
        if one.state == Import.State.CHECKING:
            return try_block(one, reader_of(one), now)
        return _import_block(one, now)


def plan_of(one: Import) -> Plan:
    """How the rows of an import are read."""
    columns = check(one.kind, one.columns, one.header, one.event)
    return Plan(
        one.kind, one.header, columns, one.started_at or one.created_at, one.event, one.name, one.wording
    )


def reader_of(one: Import) -> RowReader:
    """What reads the rows of an import."""
    return (ProductReader if one.kind == Import.Kind.PRODUCTS else Reader)(plan_of(one))


def _import_block(one: Import, now: datetime) -> int:
    block = ImportBlock.objects.filter(of=one).order_by("number").first()
    if block is None:
        one.state, one.finished_at = Import.State.DONE, now
        one.save(update_fields=["state", "finished_at"])
        return 1
    reader = reader_of(one)
    read = [(line, cells, reader.read(line, cells)) for line, cells in rows_of(block.rows)]
    faults = [said for _line, _cells, said in read if isinstance(said, Fault)]
    rows = [(line, cells, said) for line, cells, said in read if not isinstance(said, Fault)]
    with quietly() if one.is_quiet else nullcontext():
        lock_events()
        counts = _apply_parts(one, rows, faults, now)
    _reject(one, faults)
    counts["rejected"] = len(faults)
    Import.objects.filter(pk=one.pk).update(**{name: F(name) + many for name, many in counts.items()})
    block.delete()
    return len(read)


def _apply_parts(one: Import, rows: Sequence[Read], faults: list[Fault], now: datetime) -> Counter[str]:
    """Apply rows under a savepoint; where that fails, each half of them, down to the row that is to blame."""
    if not rows:
        return Counter()
    before = len(faults)
    try:
        with transaction.atomic():
            return _apply(one, rows, faults, now)
    except Exception as error:
        del faults[before:]
        if database.is_away(error):
            raise
        if len(rows) == 1:
            line, cells, _call = rows[0]
            faults.append(Fault(line, told(error), cells))
            return Counter()
    middle = len(rows) // 2
    return _apply_parts(one, rows[:middle], faults, now) + _apply_parts(one, rows[middle:], faults, now)


def _apply(one: Import, rows: Sequence[Read], faults: list[Fault], now: datetime) -> Counter[str]:
    """What became of each row: a new customer, something changed, nothing. Refused rows become faults."""
    if one.kind == Import.Kind.SUPPRESSIONS:
        return _suppress(rows, faults, now)
    if one.kind == Import.Kind.PRODUCTS:
        return Counter(keep_products([said for _line, _cells, said in rows if isinstance(said, Listed)], now))
    return _apply_calls(one, rows, faults, now)


def _apply_calls(one: Import, rows: Sequence[Read], faults: list[Fault], now: datetime) -> Counter[str]:
    source_id = source_of_files() if one.kind == Import.Kind.EVENTS else None
    calls = [said for _line, _cells, said in rows if isinstance(said, Call)]
    batch = [Received(call, now, source_id, call.message_id) for call in calls]
    fresh = set(map(id, first_seen(batch, now))) if one.kind == Import.Kind.EVENTS else set(map(id, batch))
    places = [place for place, received in enumerate(batch) if id(received) in fresh]
    counts = Counter(unchanged=len(rows) - len(places))
    if not places:
        return counts
    applied = apply_calls([batch[place] for place in places], now)
    created = set(applied.created)
    for number, (place, of) in enumerate(zip(places, applied.customer_ids, strict=True)):
        line, cells, _call = rows[place]
        if not of:
            is_erased = number not in applied.unclear
            faults.append(Fault(line, ERASED, []) if is_erased else Fault(line, ABOUT_NOBODY, cells))
        elif of in created:
            created.discard(of)
            counts["created"] += 1
        else:
            counts["changed" if of in applied.changed else "unchanged"] += 1
    return counts


def _suppress(rows: Sequence[Read], faults: list[Fault], now: datetime) -> Counter[str]:
    """The same of rows of addresses that are never to be written to."""
    weighed = weigh_suppressions([said for _line, _cells, said in rows if isinstance(said, Call)])
    suppress_new(weighed, now)
    faults.extend(Fault(rows[place][0], ERASED, []) for place in sorted(weighed.erased))
    return weighed.counts


ERASED = "The person was erased, and stays so."


def _reject(one: Import, faults: Sequence[Fault]) -> None:
    copy_lines(
        REJECT,
        (
            f"{one.pk}\t{fault.line}\t{escaped(fault.reason)}\t{escaped(texts(fault.cells))}\n"
            for fault in faults
        ),
    )
