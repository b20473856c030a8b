"""Facts about a customer's events, and three ways to ask for them.

`Correlated` makes each a subquery of its own: an expression that stands anywhere over Customer. `Grouped` and
`Batched` gather what all rules of one query ask, so the events of a name are read once: in one pass over
everybody's, or by the index for each customer of a batch. A small count is read off the newest few alone.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, Literal, TypeVar

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    IntegerField,
    Model,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Coalesce

from customers.models import Customer
from customers.rules.expressions import Compare, ElementOf, Given, Hole, IsSet, known
from customers.rules.figures import AGGREGATES, NOT_AGO, Fact, events_of, passing, tipping, widest
from customers.rules.joins import Column, Figures, Newest, add_join, table_of
from customers.rules.periods import Back, before
from customers.rules.where import Where


@dataclass(frozen=True)
class Few:
    """Events of a name that pass `where`, within a span or ever, of which the newest few say it all."""

    name: str
    within: Back | None = None
    where: Where = field(default_factory=Where)


@dataclass
class Counted:
    """How many of the newest events one join must find, and within which spans they are asked for."""

    alias: str
    most: int = 0
    spans: set[Back | None] = field(default_factory=set)


R = TypeVar("R", bound=Model)


class Facts(ABC):
    """Who turns facts into expressions over Customer, for one moment."""

    is_past = False  # whether rows that came after the moment are there, and must not count

    def by_then(self, rows: QuerySet[R], moment: str) -> QuerySet[R]:
        """The rows that were there at the moment, by their column `moment`: all, where it is no past one."""
        return rows.filter(Compare(F(moment), "<=", self.ago())) if self.is_past else rows

    @abstractmethod
    def of_now(self, function: Callable[[datetime], Any], output_field: Any) -> Expression:
        """What a function makes of the moment that is asked about, as a parameter."""

    def ago(self, span: Back = NOT_AGO) -> Expression:
        """The moment `span` before that one."""
        return self.of_now(partial(before, back=span), DateTimeField())

    @abstractmethod
    def ask(self, fact: Fact) -> Expression:
        """The fact; NULL where there is nothing to figure."""

    @abstractmethod
    def newest(self, few: Few, place: int) -> Expression:
        """The moment of the newest of these events (place 1), or of the next ones; NULL: there is none.

        One that is older than `few.within` may be told, or NULL.
        """

    def tips_at(self, fact: Fact, operator: Literal[">=", ">"], threshold: Expression) -> Expression:
        """The moment of the event by whose leaving a sum of values, none negative, stops to be so large."""
        moment = Subquery(tipping(fact, self.ago, operator, threshold))
        return ExpressionWrapper(moment, output_field=DateTimeField())

    def has_at_least(self, few: Few, count: int) -> Expression:
        """Whether there are so many (1 or more) of these events; never NULL."""
        newest = self.newest(few, count)
        return known(Compare(newest, ">", self.ago(few.within))) if few.within else IsSet(newest)


@dataclass
class _At(Facts):
    """Facts at a moment that is known."""

    now: datetime

    def of_now(self, function: Callable[[datetime], Any], output_field: Any) -> Expression:
        """What it makes of that moment."""
        return Given(function(self.now), output_field)


@dataclass
class Correlated(_At):
    """Each fact is a subquery that refers to the customer of the outer query."""

    def ask(self, fact: Fact) -> Expression:
        """The fact as a subquery of its own."""
        events = events_of(fact.source, self.ago, [fact]).filter(customer_id=OuterRef("pk"))
        output = AGGREGATES[fact.function].output
        return ExpressionWrapper(Subquery(events.values("fact_0")), output_field=output)

    def newest(self, few: Few, place: int) -> Expression:
        """The moment by the index, as a subquery of its own."""
        events = passing(few.name, few.within, self.ago, few.where).filter(customer_id=OuterRef("pk"))
        moments = Subquery(events.order_by("-occurred_at").values("occurred_at")[place - 1 : place])
        return ExpressionWrapper(moments, output_field=DateTimeField())


@dataclass
class Sources:
    """The joins that a query needs for what was asked, and their columns."""

    asked: dict[tuple[str, str], dict[Fact, Column]] = field(default_factory=dict)

    def column(self, fact: Fact) -> Column:
        """The fact as a column of its source's join."""
        facts = self.asked.setdefault(fact.source, {})
        if fact not in facts:
            alias = f"source_{list(self.asked).index(fact.source)}"
            facts[fact] = Column(alias, f"fact_{len(facts)}", AGGREGATES[fact.function].output)
        return facts[fact]

    def join(
        self,
        customers: QuerySet[Customer],
        facts: Facts,
        *,
        is_lateral: bool,
        among: tuple[int, int] | None = None,
    ) -> None:
        """Put the joins into the query."""
        own = table_of(customers.query)
        for place, (source, columns) in enumerate(self.asked.items()):
            events = events_of(source, facts.ago, list(columns))
            if among:
                events = events.filter(customer_id__gt=among[0], customer_id__lte=among[1])
            if is_lateral:
                events = events.filter(Compare(F("customer_id"), "=", Column(own, "id", BigIntegerField())))
            add_join(customers.query, Figures(f"source_{place}", own, events.query, is_lateral))


@dataclass
class Grouped(_At):
    """Facts of everybody: each source is grouped by customer in one pass.

    `among`: only of customers whose ids lie after the first, up to the second; whoever asks limits them too.
    """

    among: tuple[int, int] | None = None
    sources: Sources = field(default_factory=Sources)

    def ask(self, fact: Fact) -> Expression:
        """The fact as a column of its source's join."""
        return self.sources.column(fact)

    def newest(self, few: Few, place: int) -> Expression:
        """The greatest of all such moments; further on an element of their array."""
        if place == 1:
            return self.ask(Fact(few.name, "newest", since=few.within, where=few.where))
        moments = self.ask(Fact(few.name, "all_newest", since=few.within, where=few.where))
        return ElementOf(moments, place, DateTimeField())

    def has_at_least(self, few: Few, count: int) -> Expression:
        """By counting: here all events of the window are read anyway."""
        counted = Coalesce(self.ask(Fact(few.name, "count", since=few.within, where=few.where)), 0)
        return Compare(counted, ">=", Value(count, output_field=IntegerField()))

    def join(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """`customers` with all that was asked beside them."""
        joined = customers.all()
        self.sources.join(joined, self, is_lateral=False, among=self.among)
        return joined


@dataclass
class Batched(Facts):
    """Facts of a few customers, looked up by the index for each. The moment is a hole that each run fills."""

    sources: Sources = field(default_factory=Sources)
    counted: dict[tuple[str, Where], Counted] = field(default_factory=dict)

    def of_now(self, function: Callable[[datetime], Any], output_field: Any) -> Expression:
        """The hole for what it will make of the moment."""
        return Hole(function, output_field)

    def ask(self, fact: Fact) -> Expression:
        """The fact as a column of its source's join."""
        return self.sources.column(fact)

    def newest(self, few: Few, place: int) -> Expression:
        """An element of the array of the newest few, as many as the greatest place that is asked for."""
        counted = self.counted.setdefault((few.name, few.where), Counted(f"newest_{len(self.counted)}"))
        counted.most = max(place, counted.most)
        counted.spans.add(few.within)
        times = Column(counted.alias, "times", ArrayField(DateTimeField()))
        return ElementOf(times, place, DateTimeField())

    def join(self, customers: QuerySet[Customer]) -> QuerySet[Customer]:
        """`customers` with all that was asked beside them."""
        joined = customers.all()
        own = table_of(joined.query)
        self.sources.join(joined, self, is_lateral=True)
        for (name, where), counted in self.counted.items():
            events = passing(name, widest(counted.spans), self.ago, where)
            events = events.filter(Compare(F("customer_id"), "=", Column(own, "id", BigIntegerField())))
            newest = events.order_by("-occurred_at").values("occurred_at")[: counted.most]
            add_join(joined.query, Newest(counted.alias, own, newest.query))
        return joined
