"""Figures over the events of one name: what event rules compare, as aggregates of one pass over them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Avg,
    Count,
    DateTimeField,
    DecimalField,
    Expression,
    F,
    Field,
    IntegerField,
    JSONField,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Sum,
    Window,
)

from customers.rules.expressions import Compare, JsonAt, JsonNumber, NotBlank, all_of, number
from customers.rules.joins import Column, Elements, Read, add_join, table_of
from customers.rules.periods import Back, Start
from customers.rules.rows import rows_of
from customers.rules.texts import has_list
from customers.rules.where import Where

ANY_EVENT = Where()
NOT_AGO = timedelta(0)
Ago = Callable[[Back], Expression]
Function = Literal[
    "count", "sum", "average", "minimum", "maximum", "distinct", "oldest", "newest", "all_newest"
]


@dataclass(frozen=True)
class Fact:
    """`function` over a customer's events `name`, or the rows in their place, that pass `where`.

    Of those after now - since, up to now - until.
    `oldest` and `newest` are moments (the path of `oldest` only says beside which figure it is read),
    `all_newest` is the array of all moments from the newest on.
    """

    name: str
    function: Function
    path: str = ""
    since: Back | None = None
    until: Back | None = None
    where: Where = field(default_factory=Where)

    @property
    def source(self) -> tuple[str, str]:
        """Facts of one source are read in one pass: an event's name, and a list whose elements are rows."""
        return self.name, self.path if has_list(self.path) else ""


def passing(
    name: str, since: Back | None, ago: Ago, where: Where = ANY_EVENT, *, is_past: bool = False
) -> QuerySet[Any, Any]:
    """Everybody's events of a name, after now - since, that pass `where`; or the rows in their place."""
    events = rows_of(name, ago(NOT_AGO), is_past=is_past)
    if since is not None:
        events = events.filter(Compare(F("occurred_at"), ">", ago(since)))
    return events if where.passes_all else events.filter(where.condition())


def events_of(
    source: tuple[str, str], ago: Ago, facts: list[Fact], *, is_past: bool = False
) -> QuerySet[Any, Any]:
    """The facts of one source, one row per customer who has such events: columns fact_0, fact_1 and on."""
    name, elements = source
    since = widest(fact.since for fact in facts)
    events = passing(name, since, ago, is_past=is_past)
    if elements:
        add_join(events.query, Elements("element", table_of(events.query), elements))
    read = {path: f"read_{place}" for place, path in enumerate(_read_often(facts, since))}
    for path, alias in read.items():
        add_join(events.query, Read(alias, table_of(events.query), tuple(path.split("."))))
    columns = {f"fact_{place}": _column(fact, ago, since, read) for place, fact in enumerate(facts)}
    found: QuerySet[Any, Any] = events.order_by().values("customer_id").annotate(**columns)
    return found


def _read_often(facts: Iterable[Fact], since: Back | None) -> list[str]:
    """The paths whose number several figures need of every event that is read."""
    of_all = [fact for fact in facts if fact.since == since and fact.until is None and fact.where.passes_all]
    paths = Counter(fact.path for fact in of_all if _is_number(fact))
    return [path for path, many in paths.items() if many > 1]


def _is_number(fact: Fact) -> bool:
    return bool(fact.path) and fact.function not in ("oldest", "distinct") and not has_list(fact.path)


def widest(spans: Iterable[Back | None]) -> Back | None:
    """One that holds all of them; None, which is ever, where one of them is."""
    known = set(spans)
    if len(known) == 1:
        return known.pop()
    longest = {span.longest if isinstance(span, Start) else span for span in known}
    return None if None in longest else max(filter(None, longest))


def _column(fact: Fact, ago: Ago, since: Back | None, read: Mapping[str, str]) -> Expression:
    conditions: list[Expression] = []
    if fact.since is not None and fact.since != since:
        conditions.append(Compare(F("occurred_at"), ">", ago(fact.since)))
    if fact.until is not None:
        conditions.append(Compare(F("occurred_at"), "<=", ago(fact.until)))
    if not fact.where.passes_all:  # last: to read properties costs most
        conditions.append(fact.where.condition())
    value = (
        Column(read[fact.path], "value", DecimalField()) if _is_number(fact) and fact.path in read else None
    )
    return AGGREGATES[fact.function].make(value or _value(fact), all_of(conditions) if conditions else None)


def _value(fact: Fact) -> Expression | F:
    if not fact.path or fact.function == "oldest":
        return F("occurred_at")
    if has_list(fact.path):
        element = Column("element", "value", JSONField())
        return element if fact.function == "distinct" else number(element)
    keys = fact.path.split(".")
    return JsonAt("properties", keys) if fact.function == "distinct" else JsonNumber("properties", keys)


def tipping(fact: Fact, ago: Ago, operator: Literal[">=", ">"], threshold: Expression) -> QuerySet[Any, Any]:
    """The moment of the event of OuterRef("pk") by whose leaving a sum stops to reach the threshold.

    Right where no value is negative. It reads events from the newest on, until their sum gets there.
    """
    events = passing(fact.name, fact.since, ago, fact.where).filter(customer_id=OuterRef("pk"))
    newest_first = F("occurred_at").desc()
    reached = Window(Sum(_value(fact), output_field=DecimalField()), order_by=newest_first)
    summed = events.alias(reached=reached).filter(Compare(F("reached"), operator, threshold))
    newest: QuerySet[Any, Any] = summed.order_by(newest_first).values("occurred_at")[:1]
    return newest


@dataclass(frozen=True)
class Figure:
    """How an aggregate is made of a value and a condition, and the type of its column."""

    make: Callable[[Any, Any], Expression]
    output: Field[Any, Any]


def _numeric(aggregate: type[Aggregate]) -> Figure:
    return Figure(
        lambda value, only: aggregate(value, filter=only, output_field=DecimalField()), DecimalField()
    )


def _moments(aggregate: type[Aggregate]) -> Figure:
    return Figure(lambda value, only: aggregate(value, filter=only), DateTimeField())


AGGREGATES: dict[Function, Figure] = {
    "count": Figure(lambda value, only: Count(value, filter=only), IntegerField()),
    "sum": _numeric(Sum),
    "average": _numeric(Avg),
    "minimum": _numeric(Min),
    "maximum": _numeric(Max),
    "distinct": Figure(
        lambda value, only: Count(NotBlank(value), distinct=True, filter=only), IntegerField()
    ),
    "oldest": _moments(Min),
    "newest": _moments(Max),
    "all_newest": Figure(
        lambda value, only: ArrayAgg(value, filter=only, order_by="-occurred_at"), ArrayField(DateTimeField())
    ),
}
