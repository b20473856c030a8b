"""A day that comes back each year: a birthday, the day on which a contract began."""

from datetime import date, datetime
from functools import lru_cache, partial
from typing import Annotated, Literal

from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BooleanField,
    Case,
    DateTimeField,
    Expression,
    F,
    Func,
    IntegerField,
    TextField,
    Value,
    When,
)
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from pydantic import Field, model_validator

from config.localtime import DAY
from customers.rules.depends import Depends
from customers.rules.errors import RuleError
from customers.rules.expressions import MOMENT, JsonPath, JsonText, Matches, if_after, known
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.periods import begins, local
from customers.rules.shown import Shown
from customers.rules.texts import JsonKeys, json_path, top_key

LEAP_YEAR = 2024
DAYS = [date(LEAP_YEAR, 1, 1) + number * DAY for number in range(366)]  # all that a year can have
MOST_DAYS = 180
Window = tuple[int, int]  # the first and the last day that are meant, counted from today


class Number(Func):
    """Which of the days of a leap year (from 1) the date at the beginning of a text is."""

    template = "(to_date('2024' || substr(%(expressions)s, 5, 6), 'YYYY-MM-DD') - date '2023-12-31')"
    output_field = IntegerField()


class ElementAt(Func):
    """The element of an array at a place (from 1); NULL where the place is."""

    template = "(%(expressions)s]"
    arg_joiner = ")["


class Yearly(Leaf):
    """Whether the day of the date at the path `trait` is today, lies ahead or is past, or is in a month.

    `days` is how far, today not counted: 7 of `in_next` are today and the seven days that follow. Days begin
    where the brand is. Who was born on a 29th of February has the 28th in years without it.
    """

    family = "yearly"
    shown = Shown(
        gettext_lazy("A birthday, or another yearly day"),
        "profile",
        words={
            "trait": gettext_lazy("trait"),
            "is_today": gettext_lazy("comes round today"),
            "in_next": gettext_lazy("comes round within the next"),
            "in_last": gettext_lazy("came round within the last"),
            "in_month": gettext_lazy("is in a month"),
            "days": gettext_lazy("days"),
            "month": gettext_lazy("month, 1 to 12"),
        },
        suggests={"trait": "dates"},
        only_with={"days": ("operator", ("in_next", "in_last")), "month": ("operator", ("in_month",))},
        start={"trait": "birthday", "operator": "in_next", "days": 7},
    )

    trait: JsonKeys
    operator: Literal["is_today", "in_next", "in_last", "in_month"]
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)] | None = None
    month: Annotated[int, Field(ge=1, le=12)] | None = None

    @model_validator(mode="after")
    def _has_what_it_needs(self) -> "Yearly":
        needed = {"in_next": "days", "in_last": "days", "in_month": "month"}.get(self.operator)
        for name in ("days", "month"):
            if (getattr(self, name) is None) == (name == needed):
                said = _("This is missing.") if name == needed else _("This operator takes no such setting.")
                raise RuleError([{"path": name, "message": said}])
        return self

    def condition(self, facts: Facts) -> Expression:
        """Whether its day, of the 366 that a year can have, is among those that are meant now."""
        if self.month:
            meant = facts.of_now(partial(in_month, self.month), ArrayField(BooleanField()))
        else:
            meant = facts.of_now(partial(lies_within, self._window), ArrayField(BooleanField()))
        return known(ElementAt(meant, self._number, output_field=BooleanField()))

    def changes_at(self, facts: Facts) -> Expression | None:
        """The midnight with which its day comes to be among them, or ceases to be."""
        if self.month:
            return None
        turns = facts.of_now(partial(turns_at, self._window), ArrayField(DateTimeField()))
        return if_after(ElementAt(turns, self._number, output_field=DateTimeField()), facts.ago())

    @property
    def _window(self) -> Window:
        days = self.days or 0
        return (-days, 0) if self.operator == "in_last" else (0, days)

    @property
    def _number(self) -> Expression:
        text = JsonText(F("traits"), JsonPath(json_path(self.trait)))
        return Case(
            When(Matches(text, Value(MOMENT, output_field=TextField())), then=Number(text)),
            default=None,
            output_field=IntegerField(),
        )

    def depends(self) -> Depends:
        """The trait that the path begins with."""
        return Depends(traits=frozenset([top_key(self.trait)]))

    def words(self) -> str:
        """As in "birthday comes round within the next 7 days"."""
        if self.operator == "is_today":
            return _("%(what)s comes round today") % {"what": self.trait}
        if self.month:
            return _("%(what)s is in %(month)s") % {"what": self.trait, "month": MONTHS[self.month]}
        days = ngettext("%(count)d day", "%(count)d days", self.days or 0) % {"count": self.days}
        if self.operator == "in_last":
            return _("%(what)s came round within the last %(days)s") % {"what": self.trait, "days": days}
        return _("%(what)s comes round within the next %(days)s") % {"what": self.trait, "days": days}


def in_month(month: int, _now: datetime) -> list[bool]:
    """Of each of DAYS whether it is in the month."""
    return [day.month == month for day in DAYS]


def lies_within(window: Window, now: datetime) -> list[bool]:
    """Of each of DAYS whether it comes round within the window around today."""
    first, last = window
    today = local(now).date()
    meant = {number for away in range(first, last + 1) for number in coming_round(today + away * DAY)}
    return [number in meant for number in range(len(DAYS))]


def turns_at(window: Window, now: datetime) -> list[datetime]:
    """Of each of DAYS when it next comes into the window, or leaves it."""
    return [begins(day) for day in _turning_days(window, local(now).date())]


@lru_cache(maxsize=64)
def _turning_days(window: Window, today: date) -> list[date]:
    first, last = window
    meant = {number for away in range(first, last + 1) for number in coming_round(today + away * DAY)}
    turns: dict[int, date] = {}
    day = today
    while len(turns) < len(DAYS):
        day += DAY
        leaving = meant.intersection(coming_round(day + (first - 1) * DAY))
        entering = set(coming_round(day + last * DAY)) - meant
        for number in leaving | entering:
            turns.setdefault(number, day)
    return [turns[number] for number in range(len(DAYS))]


def coming_round(day: date) -> list[int]:
    """Which of DAYS come round on a day: one, and with the last of a short February two."""
    number = (day.replace(year=LEAP_YEAR) - DAYS[0]).days
    is_short = (day + DAY).month != day.month and (day.month, day.day) == (2, 28)
    return [number, number + 1] if is_short else [number]
