"""What people do with an import: say what its columns are, have it tried, start it, stop it, delete it."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from config import work
from config.csv import written
from customers.imports.columns import To, check
from customers.imports.intake import encoded, rows_of
from customers.models import Import, ImportBlock, RejectedRow

State = Import.State
OPEN = (State.DRAFT, State.CHECKED)
UNDER_WAY = (State.CHECKING, State.RUNNING)
KEEP_DRAFTS, KEEP_REPORTS = timedelta(days=7), timedelta(days=30)


class StateError(RuntimeError):
    """It can't be done with this import as it is now; the message says why."""


class Effect(NamedTuple):
    """What an import may set off: events by name, and the traits of which it tells."""

    events: frozenset[str]
    traits: frozenset[str]


# What apps above us start at events: what of it these would set off, as people would call it.
listeners: list[Callable[[Effect], list[str]]] = []


def set_up(
    one: Import, columns: Sequence[Any], *, event: str = "", wording: str = "", is_quiet: bool = False
) -> Import:
    """Say what becomes of the columns; ColumnsError with all that is wrong, StateError once it runs."""
    checked = check(one.kind, columns, one.header, event)
    with transaction.atomic():
        kept = _claim(one, OPEN, _("Its columns can't be changed any more."))
        kept.columns = [column._asdict() for column in checked]
        kept.event, kept.wording, kept.is_quiet = event, wording, is_quiet
        kept.state, kept.expected, kept.tried = State.DRAFT, {}, 0
        kept.save()
    return kept


def begin_check(one: Import) -> Import:
    """Have it tried: what it would do, without doing it."""
    return _begin(one, State.CHECKING, {"expected": {}, "tried": 0})


def begin(one: Import, now: datetime, *, is_quiet: bool | None = None) -> Import:
    """Have it imported, from now on."""
    quiet = {} if is_quiet is None else {"is_quiet": is_quiet}
    return _begin(one, State.RUNNING, {"started_at": now, **quiet})


def _begin(one: Import, state: Import.State, values: dict[str, Any]) -> Import:
    check(one.kind, one.columns, one.header, one.event)
    with transaction.atomic():
        kept = _claim(one, OPEN, _("It is under way, or through."))
        for name, value in {**values, "state": state}.items():
            setattr(kept, name, value)
        kept.save()
        work.wake("customers.import")
    return kept


def stop(one: Import, now: datetime) -> Import:
    """End it where it is: what is imported stays, the rest of the file is forgotten."""
    with transaction.atomic():
        kept = _claim(one, UNDER_WAY, _("It is not under way."))
        if kept.state == State.CHECKING:
            kept.state = State.DRAFT
        else:
            kept.state, kept.finished_at = State.STOPPED, now
            kept.blocks.all().delete()
        kept.save(update_fields=["state", "finished_at"])
    return kept


def discard(one: Import) -> None:
    """Delete it with its rows and its report; what was imported stays."""
    with transaction.atomic():
        _claim(one, [state for state in State if state not in UNDER_WAY], _("Stop it first.")).delete()


def _claim(one: Import, states: Sequence[Import.State], refusal: str) -> Import:
    kept = Import.objects.select_for_update().get(pk=one.pk)
    if kept.state not in states:
        raise StateError(refusal)
    return kept


def set_off(one: Import) -> list[str]:
    """What would begin by this import, as far as its trial has found."""
    if one.kind == Import.Kind.PRODUCTS:
        return []
    found = one.expected
    names = set(found.get("events", {}))
    if found.get("created"):
        names |= {"$customer_created"}
    if found.get("created") or found.get("changed"):
        names |= {"$stage_changed", "$segment_entered", "$segment_left"}
    tos = {column["to"] for column in one.columns}
    if tos & {To.CONSENT, To.GRANTED}:
        names |= {"$consent_changed"}
    traits = {column["name"] for column in one.columns if column["to"] == To.TRAIT} | (
        tos & {To.EMAIL, To.PHONE}
    )
    if traits and one.kind == Import.Kind.CUSTOMERS:
        names |= {"$trait_changed"}
    effect = Effect(frozenset(names), frozenset(traits))
    return sorted({said for listener in listeners for said in listener(effect)}) if names else []


def report(one: Import) -> Iterator[str]:
    """The rejected rows as lines of CSV: the columns of the file, then the line and the reason of each."""
    width = len(one.header)
    yield written([[*one.header, "line", "reason"]])
    rows = (
        RejectedRow.objects.filter(of=one).order_by("line").values_list("cells", "line", "reason").iterator()
    )
    while some := list(islice(rows, 1000)):
        yield written([*(cells + [""] * width)[:width], str(line), reason] for cells, line, reason in some)


def forget_old(now: datetime) -> int:
    """Delete what nobody started for a week, and reports after 30 days; returns how many imports."""
    stale = Import.objects.filter(state__in=OPEN, created_at__lt=now - KEEP_DRAFTS)
    through = Import.objects.filter(finished_at__lt=now - KEEP_REPORTS)
    RejectedRow.objects.filter(of__in=through).delete()
    forgotten = stale.count()
    stale.delete()
    return forgotten


GONE = """
    UPDATE customers_rejectedrow SET cells = '{}'
    WHERE EXISTS (SELECT FROM unnest(cells) AS cell WHERE lower(btrim(cell)) = ANY(%s))
"""
NAMING = """
    SELECT id FROM customers_importblock
    WHERE EXISTS (SELECT FROM unnest(%s::text[]) AS said WHERE strpos(lower(rows), said) > 0)
"""


REJECTED = """
    SELECT cells FROM customers_rejectedrow
    WHERE EXISTS (SELECT FROM unnest(cells) AS cell WHERE lower(btrim(cell)) = ANY(%s)) ORDER BY id
"""


def rows_naming(values: Sequence[str]) -> list[list[str]]:
    """The rows of imports, waiting and rejected, in which one of these identifiers stands: their cells."""
    wanted = [value.lower() for value in values]
    with connection.cursor() as cursor:
        cursor.execute(REJECTED, [wanted])
        found = [list(row[0]) for row in cursor.fetchall()]
        cursor.execute(NAMING, [wanted])
        naming = [row[0] for row in cursor.fetchall()]
    for block in ImportBlock.objects.filter(pk__in=naming).order_by("pk").iterator():
        found += [cells for _line, cells in rows_of(block.rows) if _names(cells, wanted)]
    return found


def _names(cells: Sequence[str], wanted: Sequence[str]) -> bool:
    return not {cell.lower().strip() for cell in cells}.isdisjoint(wanted)


def forget_people(values: Sequence[str]) -> None:
    """Take all rows out of imports, waiting and rejected, in which one of these identifiers stands."""
    gone = [value.lower() for value in values]
    with connection.cursor() as cursor:
        cursor.execute(GONE, [gone])
        cursor.execute(NAMING, [gone])
        naming = [row[0] for row in cursor.fetchall()]
    for block in ImportBlock.objects.filter(pk__in=naming).iterator():
        kept = [row for row in rows_of(block.rows) if not _names(row[1], gone)]
        Import.objects.filter(pk=block.of_id).update(rows=F("rows") - len(rows_of(block.rows)) + len(kept))
        block.rows = encoded(kept)
        block.save(update_fields=["rows"])
