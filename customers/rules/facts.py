"""Facts: figures about a customer's events that event rules compare, and two ways to ask for them.

`Correlated` makes each fact a subquery of its own: an expression that stands anywhere over Customer. `Joined` gathers
what all rules of one query ask: the events of one name are read once, each fact being an aggregate with its filter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    Aggregate,
    Avg,
    BigIntegerField,
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
    Subquery,
    Sum,
    Value,
)

from customers.models import Customer, Event
from customers.rules.expressions import Compare, JsonAt, NotBlank, all_of, number
from customers.rules.joins import Column, Elements, Figures, add_join, table_of
from customers.rules.texts import has_list
from customers.rules.where import Where

Function = Literal[
    "count", "sum", "average", "minimum", "maximum", "distinct", "oldest", "newest", "all_newest"
]


@dataclass(frozen=True)
class Fact:
    """`function` over a customer's events `name` after now - since, up to now - until, that pass `where`.

    `oldest` and `newest` are moments, `all_newest` is the array of all moments from the newest on.
    """

    name: str
    function: Function
    path: str = ""
    since: timedelta | None = None
    until: timedelta | None = None
    where: Where = field(default_factory=Where)

    @property
    def source(self) -> tuple[str, str]:
        """Facts of one source are read in one pass: the event's name, and the list whose elements are rows."""
        return self.name, self.path if has_list(self.path) else ""


class Facts(Protocol):
    """Who turns facts into expressions, for one moment."""

    now: datetime

    def ask(self, fact: Fact) -> Expression:
        """The fact as an expression over Customer; NULL where there is nothing to figure."""
        ...


@dataclass
class Correlated:
    """Each fact is a subquery that refers to the customer of the outer query."""

    now: datetime

    def ask(self, fact: Fact) -> Expression:
        """The fact as a subquery of its own."""
        events = events_of(fact.source, self.now, [fact]).filter(customer_id=OuterRef("pk"))
        return Subquery(events.values("fact_0"), output_field=AGGREGATES[fact.function].output)


@dataclass
class Joined:
    """Facts are columns of joins, one per source, that `join` adds to the query."""

    now: datetime
    _asked: dict[tuple[str, str], dict[Fact, Column]] = field(default_factory=dict)

    def ask(self, fact: Fact) -> Expression:
        """The fact as a column of its source's join."""
        facts = self._asked.setdefault(fact.source, {})
        if fact not in facts:
            alias = f"source_{list(self._asked).index(fact.source)}"
            facts[fact] = Column(alias, f"fact_{len(facts)}", AGGREGATES[fact.function].output)
        return facts[fact]

    def join(self, customers: QuerySet[Customer], *, is_lateral: bool) -> QuerySet[Customer]:
        """`customers` with all that was asked beside them; lateral suits a batch, grouped suits all customers."""
        joined = customers.all()
        own = table_of(joined.query)
        for place, (source, facts) in enumerate(self._asked.items()):
            events = events_of(source, self.now, list(facts))
            if is_lateral:
                events = events.filter(Compare(F("customer_id"), "=", Column(own, "id", BigIntegerField())))
            add_join(joined.query, Figures(f"source_{place}", own, events.query, is_lateral))
        return joined


def events_of(source: tuple[str, str], now: datetime, facts: list[Fact]) -> QuerySet[Event, Any]:
    """The facts of one source, one row per customer who has such events: columns fact_0, fact_1, …"""
    name, elements = source
    events = Event.objects.filter(name=name)
    since = _widest(facts)
    if since is not None:
        events = events.filter(occurred_at__gt=now - since)
    if elements:
        add_join(events.query, Elements("element", table_of(events.query), elements))
    columns = {f"fact_{place}": _column(fact, now, since) for place, fact in enumerate(facts)}
    return events.order_by().values("customer_id").annotate(**columns)


def _widest(facts: list[Fact]) -> timedelta | None:
    spans = [fact.since for fact in facts if fact.since is not None]
    return max(spans) if len(spans) == len(facts) else None


def _column(fact: Fact, now: datetime, since: timedelta | None) -> Expression:
    conditions = [fact.where.condition()] if fact.where.lines else []
    if fact.since is not None and fact.since != since:
        conditions.append(_occurred(">", now - fact.since))
    if fact.until is not None:
        conditions.append(_occurred("<=", now - fact.until))
    return AGGREGATES[fact.function].make(_value(fact), all_of(conditions) if conditions else None)


def _occurred(operator: str, at: datetime) -> Expression:
    return Compare(F("occurred_at"), operator, Value(at, output_field=DateTimeField()))


def _value(fact: Fact) -> Expression | F:
    if not fact.path:
        return F("occurred_at")
    if has_list(fact.path):
        return Column("element", "value", JSONField())
    return JsonAt("properties", fact.path.split("."))


@dataclass(frozen=True)
class Figure:
    """How an aggregate is made of a value and a condition, and the type of its column."""

    make: Callable[[Any, Any], Expression]
    output: Field[Any, Any]


def _numeric(aggregate: type[Aggregate]) -> Figure:
    return Figure(
        lambda value, only: aggregate(number(value), filter=only, output_field=DecimalField()), DecimalField()
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
