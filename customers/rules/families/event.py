"""What the customer did: figures over the events of one name, in a window, with property filters."""

from datetime import timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Literal

from django.db.models import Case, DateTimeField, DecimalField, Expression, IntegerField, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from customers.rules.comparison import check_number, value_words
from customers.rules.depends import Depends
from customers.rules.errors import RuleError, Slip
from customers.rules.expressions import TRUE, AllOf, Compare, Later, Not, if_after, known, least
from customers.rules.facts import Facts, Few
from customers.rules.figures import Fact, Function
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import JsonKeys, Span, Text, has_list, span_words
from customers.rules.where import Where, parse_where

MAX_COUNT = 100_000
FIGURED = ("sum", "average", "minimum", "maximum", "distinct")  # these need a property
FEW = 50  # up to here a count is told by the newest events alone
ZERO = ("count", "sum", "distinct")  # these are 0 of no events; the others are nothing, and nothing compares
COMPARED = {"equals": "=", "greater": ">", "at_least": ">=", "less": "<", "at_most": "<="}


class Happened(Leaf):
    """`aggregate` over the events `event` that pass `where`, after now - within, up to now - before."""

    family = "event"
    shown = Shown(
        gettext_lazy("How often or how much they did something"),
        "events",
        words={
            "aggregate": gettext_lazy("figure"),
            "count": gettext_lazy("how often"),
            "sum": gettext_lazy("the sum of"),
            "average": gettext_lazy("the average of"),
            "minimum": gettext_lazy("the least"),
            "maximum": gettext_lazy("the greatest"),
            "distinct": gettext_lazy("the number of different"),
        },
        suggests={"event": "events", "property": "properties"},
        takes={"*": "number"},
        only_with={"property": ("aggregate", FIGURED)},
        start={"aggregate": "count", "operator": "at_least", "value": 1},
    )

    event: Text
    aggregate: Literal["count", "sum", "average", "minimum", "maximum", "distinct"] = "count"
    property: Annotated[JsonKeys | None, Field(validate_default=True)] = None
    operator: Literal["equals", "not_equals", "greater", "at_least", "less", "at_most"]
    value: Any
    within: Span | None = None
    before: Span | None = None
    where: Annotated[Where, BeforeValidator(parse_where)] = Where()

    @field_validator("property")
    @classmethod
    def _fits_aggregate(cls, path: str | None, info: ValidationInfo) -> str | None:
        aggregate = info.data.get("aggregate")
        if aggregate == "count" and path is not None:
            raise Slip(_("A count is of events and takes no property; use distinct, or a filter."))
        if aggregate not in (None, "count") and path is None:
            raise Slip(_("This aggregate needs a property of the event."))
        return path

    @field_validator("value")
    @classmethod
    def _is_number(cls, value: Any, info: ValidationInfo) -> int | float:
        number = check_number(value)
        if info.data.get("aggregate") in ("count", "distinct") and not (
            isinstance(number, int) and 0 <= number <= MAX_COUNT
        ):
            raise Slip(_("A whole number from 0 to %(most)d is needed here.") % {"most": MAX_COUNT})
        return number

    @model_validator(mode="after")
    def _has_room(self) -> "Happened":
        if self.within and self.before and self.before >= self.within:
            message = _("`before` must be shorter than `within`, or no time is left between them.")
            raise RuleError([{"path": "before", "message": message}])
        return self

    def condition(self, facts: Facts) -> Expression:
        """Whether the figure compares as asked; a small count asks no more than whether there are so many."""
        if self._is_small_count:
            return self._counts(facts)
        figure = self.found(facts)
        if self.operator == "not_equals":
            return Not(known(Compare(figure, "=", self._wanted())))
        return known(Compare(figure, COMPARED[self.operator], self._wanted()))

    def found(self, facts: Facts) -> Expression:
        """The figure."""
        figure = facts.ask(self._fact(self.aggregate, self.property or ""))
        return Coalesce(figure, Value(0), output_field=DecimalField()) if self.aggregate in ZERO else figure

    def changes_at(self, facts: Facts) -> Expression | None:
        """When events leave the window (of a count: the one that matters), or come to be old enough."""
        moments: list[Expression] = []
        if self.before:
            young = facts.ask(Fact(self.event, "oldest", since=self.before, where=self.where))
            moments.append(Later(young, self.before))
        if self.within and self._is_small_count:
            leaving = [Later(facts.newest(self._few, place), self.within) for place in self._places()]
            moments += [if_after(at, facts.ago()) for at in leaving]
        elif self.within:
            oldest = facts.ask(self._fact("oldest", self.property or ""))
            moments.append(self._falls_at(oldest, self.within, facts))
        return least(moments)

    def _falls_at(self, oldest: Expression, within: timedelta, facts: Facts) -> Expression:
        """When events that leave could turn it: never where it is under its threshold and can only fall."""
        leaves_at = Later(oldest, within)
        if self.before or self.aggregate not in ZERO or self.operator in ("equals", "not_equals"):
            return leaves_at
        path = self.property or ""
        fact = self._fact(self.aggregate, path)
        figure = Coalesce(facts.ask(fact), Value(0), output_field=DecimalField())
        sign: Literal[">=", ">"] = ">=" if self.operator in ("at_least", "less") else ">"
        reaches = known(Compare(figure, sign, self._wanted()))
        if self.aggregate != "sum" or has_list(path):
            falls_at = leaves_at
        else:
            falls_at = Later(facts.tips_at(fact, sign, self._wanted()), within)
        cases = [When(reaches, then=falls_at)]
        if self.aggregate == "sum":
            is_mixed = known(Compare(facts.ask(self._fact("minimum", path)), "<", Value(0)))
            cases.insert(0, When(is_mixed, then=leaves_at))  # what leaves may as well raise it
        return Case(*cases, default=None, output_field=DateTimeField())

    @cached_property
    def _is_small_count(self) -> bool:
        """Whether it counts few events, up to now: then the newest few say it all."""
        return self.aggregate == "count" and not self.before and self.value <= FEW

    @cached_property
    def _few(self) -> Few:
        return Few(self.event, self.within, self.where)

    def _counts(self, facts: Facts) -> Expression:
        """The count's comparison, told by whether there are at least so many."""
        if self.operator in ("at_least", "less"):
            holds = self._has(facts, self.value)
        elif self.operator in ("greater", "at_most"):
            holds = self._has(facts, self.value + 1)
        else:
            holds = AllOf(self._has(facts, self.value), Not(self._has(facts, self.value + 1)))
        return Not(holds) if self.operator in ("less", "at_most", "not_equals") else holds

    def _has(self, facts: Facts, count: int) -> Expression:
        return facts.has_at_least(self._few, count) if count else TRUE

    def _places(self) -> list[int]:
        """Counted from the newest, the events whose leaving turns the count's answer."""
        if self.operator in ("at_least", "less"):
            places = [self.value]
        elif self.operator in ("greater", "at_most"):
            places = [self.value + 1]
        else:
            places = [self.value, self.value + 1]
        return [place for place in places if place]

    def _wanted(self) -> Value:
        if self.aggregate in ("count", "distinct"):
            return Value(self.value, output_field=IntegerField())
        return Value(Decimal(repr(self.value)), output_field=DecimalField())

    def _fact(self, function: Function, path: str = "") -> Fact:
        return Fact(self.event, function, path, self.within, self.before, self.where)

    def depends(self) -> Depends:
        """The events of that name."""
        return Depends(events=frozenset([self.event]))

    def words(self) -> str:
        """As in "Order Completed at least 2 times within the last 90 days"."""
        what = {"event": self.event, "property": self.property, "value": value_words(self.value)}
        figure = str(FIGURES[self.aggregate]) % what
        parts = [str(COMPARISONS[self.operator]) % (what | {"figure": figure})]
        if self.within:
            parts.append(_("within the last %(span)s") % {"span": span_words(self.within)})
        if self.before:
            parts.append(_("until %(span)s ago") % {"span": span_words(self.before)})
        if self.where.lines:
            parts.append(_("where %(filters)s") % {"filters": self.where.words()})
        return " ".join(parts)


FIGURES = {
    "count": gettext_lazy("the number of %(event)s"),
    "sum": gettext_lazy("the sum of %(property)s over %(event)s"),
    "average": gettext_lazy("the average of %(property)s over %(event)s"),
    "minimum": gettext_lazy("the least %(property)s of %(event)s"),
    "maximum": gettext_lazy("the greatest %(property)s of %(event)s"),
    "distinct": gettext_lazy("the number of different %(property)s of %(event)s"),
}
COMPARISONS = {
    "equals": gettext_lazy("%(figure)s is %(value)s"),
    "not_equals": gettext_lazy("%(figure)s is not %(value)s"),
    "greater": gettext_lazy("%(figure)s is more than %(value)s"),
    "at_least": gettext_lazy("%(figure)s is at least %(value)s"),
    "less": gettext_lazy("%(figure)s is less than %(value)s"),
    "at_most": gettext_lazy("%(figure)s is at most %(value)s"),
}
