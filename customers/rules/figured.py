"""Figures over what happened to a customer, in a window, with filters: asked of events and of orders."""

from abc import abstractmethod
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import Annotated, Any, Literal

from django.db.models import Case, DateTimeField, DecimalField, Expression, IntegerField, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BeforeValidator, Field, ValidationInfo, field_validator, model_validator

from customers.rules.comparison import check_number, value_words
from customers.rules.counting import CountOperator, compares, turns_at
from customers.rules.errors import RuleError, Slip
from customers.rules.expressions import Compare, Later, Not, known, least
from customers.rules.facts import Facts, Few
from customers.rules.figures import Fact, Function
from customers.rules.leaf import Leaf
from customers.rules.periods import (
    PERIODS,
    TICK,
    Back,
    Period,
    PeriodName,
    local,
    optional,
    parse_first,
    parse_last,
)
from customers.rules.texts import JsonKeys, Span, has_list, span_words
from customers.rules.where import Where, parse_where

MAX_COUNT = 100_000
FIGURED = ("sum", "average", "minimum", "maximum", "distinct")  # these need a property
FEW = 50  # up to here a count is told by the newest events alone
WORDS = {
    "aggregate": gettext_lazy("figure"),
    "count": gettext_lazy("how often"),
    "sum": gettext_lazy("the sum of"),
    "average": gettext_lazy("the average of"),
    "minimum": gettext_lazy("the least"),
    "maximum": gettext_lazy("the greatest"),
    "distinct": gettext_lazy("the number of different"),
    **{name: period.words for name, period in PERIODS.items()},
}
ZERO = ("count", "sum", "distinct")  # these are 0 of no events; the others are nothing, and nothing compares
COMPARED = {"equals": "=", "greater": ">", "at_least": ">=", "less": "<", "at_most": "<="}


class Figured(Leaf):
    """`aggregate` over what `source` names and passes `where`, in a window.

    It is after now - within and up to now - before, or a `period` of the calendar; and from `since` on,
    before `until`.
    """

    @property
    @abstractmethod
    def source(self) -> str:
        """The name of the events, or of the rows that stand in their place."""

    @property
    def filtered(self) -> Where:
        """What of it counts."""
        return self.where

    @abstractmethod
    def figure_words(self) -> str:
        """The figure and what it is compared with, in words."""

    aggregate: Literal["count", "sum", "average", "minimum", "maximum", "distinct"] = "count"
    property: Annotated[JsonKeys | None, Field(validate_default=True)] = None
    operator: CountOperator
    value: Any
    within: Span | None = None
    before: Span | None = None
    period: PeriodName | None = None
    since: Annotated[datetime | None, BeforeValidator(optional(parse_first))] = None
    until: Annotated[datetime | None, BeforeValidator(optional(parse_last))] = None
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
    def _has_room(self) -> "Figured":
        if self.within and self.before and self.before >= self.within:
            message = _("`before` must be shorter than `within`, or no time is left between them.")
            raise RuleError([{"path": "before", "message": message}])
        if self.period and (self.within or self.before):
            message = _("A period of the calendar and a span of time exclude each other; take one out.")
            raise RuleError([{"path": "period", "message": message}])
        if self.since and self.until and self.since >= self.until:
            message = _("The window ends before it begins.")
            raise RuleError([{"path": "until", "message": message}])
        return self

    def condition(self, facts: Facts) -> Expression:
        """Whether the figure compares as asked; a small count asks no more than whether there are so many."""
        if self._is_small_count:
            return compares(self.operator, self.value, partial(facts.has_at_least, self._few))
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
        if self.period:
            return self._turns_with(PERIODS[self.period], facts)
        moments: list[Expression] = []
        if self.before:
            young = facts.ask(Fact(self.source, "oldest", since=self.before, where=self._passing))
            moments.append(Later(young, self.before))
        if self.within and self._is_small_count:
            newest = partial(facts.newest, self._few)
            moments += filter(None, [turns_at(self.operator, self.value, newest, self.within, facts.ago())])
        elif self.within:
            oldest = facts.ask(self._fact("oldest", self.property or ""))
            moments.append(self._falls_at(oldest, self.within, facts))
        return least(moments)

    def _turns_with(self, period: Period, facts: Facts) -> Expression:
        """With the calendar's next day, week or month; never where nothing has happened since it began."""
        newest = facts.newest(Few(self.source, period.since, self._passing), 1)
        return Case(
            When(
                known(Compare(newest, ">", facts.ago(period.since))), then=Later(facts.ago(period.ends), TICK)
            ),
            default=None,
            output_field=DateTimeField(),
        )

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
        return self.aggregate == "count" and self._window[1] is None and self.value <= FEW

    @cached_property
    def _few(self) -> Few:
        return Few(self.source, self._window[0], self._passing)

    @cached_property
    def _window(self) -> tuple[Back | None, Back | None]:
        """How far back it reaches, and up to where; None: ever, and now."""
        if self.period:
            return PERIODS[self.period].since, PERIODS[self.period].until
        return self.within, self.before

    @cached_property
    def _passing(self) -> Where:
        return replace(self.filtered, start=self.since, end=self.until)

    def _wanted(self) -> Value:
        if self.aggregate in ("count", "distinct"):
            return Value(self.value, output_field=IntegerField())
        return Value(Decimal(repr(self.value)), output_field=DecimalField())

    def _fact(self, function: Function, path: str = "") -> Fact:
        return Fact(self.source, function, path, *self._window, self._passing)

    def words(self) -> str:
        """As in "did Order Completed at least 2 times within the last 90 days"."""
        parts = [self.figure_words()]
        if self.within:
            parts.append(_("within the last %(span)s") % {"span": span_words(self.within)})
        if self.before:
            parts.append(_("until %(span)s ago") % {"span": span_words(self.before)})
        if self.period:
            parts.append(str(PERIODS[self.period].words))
        if self.since:
            parts.append(_("from %(day)s") % {"day": value_words(local(self.since))})
        if self.until:
            parts.append(_("before %(day)s") % {"day": value_words(local(self.until))})
        if self.where.filters:
            parts.append(_("where %(filters)s") % {"filters": self.where.words()})
        return " ".join(parts)
