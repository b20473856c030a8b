"""Filters on an event's properties: the `where` of an event rule, of a trigger, of a wait.

A list of filters, all of which must hold, or a group of filters and groups as a rule's own groups are.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Literal, TypeVar

from django.db import connection
from django.db.models import DateTimeField, Expression, F, Value
from django.utils.translation import gettext as _
from pydantic import ValidationError, field_validator

from customers.models import Event
from customers.rules.comparison import TIMELY, Comparison
from customers.rules.errors import Problem, RuleError, Slip
from customers.rules.expressions import (
    AllOf,
    AmongIds,
    AnyOf,
    Compare,
    Flags,
    Hole,
    Not,
    all_of,
    in_one_order,
)
from customers.rules.problems import join_path, problems_of
from customers.rules.texts import JsonKeys

K = TypeVar("K", bound=Hashable)
MAX_LINES = 20
MAX_DEPTH = 5
GROUP_KEYS = {"combinator", "not", "rules"}


class Line(Comparison):
    """One filter: a property's path and what is asked of it."""

    property: JsonKeys

    @field_validator("operator")
    @classmethod
    def _is_timeless(cls, operator: str) -> str:
        if operator in TIMELY:
            raise Slip(_("An event's filter can't move with time; use `within`, or before and after."))
        return operator


@dataclass(frozen=True)
class Joined:
    """Filters of which all (`and`) or one (`or`) must hold; negated: must not. At least one."""

    combinator: Literal["and", "or"]
    is_negated: bool
    parts: tuple["Joined | Line", ...]

    def condition(self, holds: "Holds") -> Expression:
        """Whether what is asked passes; never NULL, for no filter's answer is."""
        join = AllOf if self.combinator == "and" else AnyOf
        joined = join(*(_condition(part, holds) for part in self.parts))
        return Not(joined) if self.is_negated else joined

    def words(self, *, is_inner: bool = True) -> str:
        """The filters in words."""
        between = _(" and ") if self.combinator == "and" else _(" or ")
        said = between.join(_words(part) for part in self.parts)
        if self.is_negated:
            return _("not (%(rule)s)") % {"rule": said}
        return f"({said})" if is_inner and len(self.parts) > 1 else said


Filters = Joined | Line
Holds = Callable[[Line], Expression]


def _condition(part: Filters, holds: Holds) -> Expression:
    return holds(part) if isinstance(part, Line) else part.condition(holds)


def _of_event(line: Line) -> Expression:
    return line.holds("properties", line.property)


def _lines(part: Filters) -> Iterator[Line]:
    if isinstance(part, Line):
        yield part
    else:
        for inner in part.parts:
            yield from _lines(inner)


def _words(part: Filters) -> str:
    return part.said_of(part.property) if isinstance(part, Line) else part.words()


@dataclass(frozen=True, eq=False)
class Where:
    """What must hold of one event: filters, and bounds in time (from `start` on, before `end`).

    Equal are those that are written equally: 1 is neither true nor 1.0.
    """

    filters: Filters | None = None
    start: datetime | None = None
    end: datetime | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Where) and self.written == other.written

    def __hash__(self) -> int:
        return hash(self.written)

    @cached_property
    def written(self) -> str:
        """How it is written: what filters are told apart and put in order by."""
        return repr(self)

    @property
    def passes_all(self) -> bool:
        """Whether every event passes."""
        return not (self.filters or self.start or self.end)

    @property
    def lines(self) -> list[Line]:
        """The single filters."""
        return list(_lines(self.filters)) if self.filters else []

    def condition(self, holds: Holds = _of_event) -> Expression:
        """Whether an event passes, over Event querysets; never NULL. `holds`: how one filter is asked."""
        bounds = [(">=", self.start), ("<", self.end)]
        parts: list[Expression] = [
            Compare(F("occurred_at"), operator, Value(bound, output_field=DateTimeField()))
            for operator, bound in bounds
            if bound is not None
        ]
        return all_of([*parts, _condition(self.filters, holds)] if self.filters else parts)

    def words(self) -> str:
        """The filters in words; nothing where there are none."""
        if isinstance(self.filters, Joined):
            return self.filters.words(is_inner=False)
        return _words(self.filters) if self.filters else ""


def parse_where(stored: Any) -> Where:
    """The filters of a stored list or group; RuleError names each that is wrong, by its place."""
    if stored is None or stored == []:
        return Where()
    reading = _Reading()
    filters = reading.joined(stored, "", 1)
    if reading.problems or filters is None:
        raise RuleError(reading.problems)
    return Where(filters)


class _Reading:
    """One reading of filters: counts them, gathers what is wrong."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.lines = 0

    def joined(self, stored: Any, path: str, depth: int) -> Joined | None:
        if depth > MAX_DEPTH:
            self._wrong(
                path, _("Groups of filters are nested more than %(most)d deep.") % {"most": MAX_DEPTH}
            )
            return None
        if isinstance(stored, list | tuple):
            return self._parts("and", stored, path, depth)
        if not isinstance(stored, Mapping):
            self._wrong(path, _("A list of filters is needed here, or a group of them as an object."))
            return None
        for key in sorted(set(map(str, stored)) - GROUP_KEYS):
            self._wrong(join_path(path, key), _("There is no such setting here; take it out."))
        combinator, negated, rules = (
            stored.get("combinator", "and"),
            stored.get("not", False),
            stored.get("rules", []),
        )
        if combinator not in ("and", "or"):
            self._wrong(join_path(path, "combinator"), _("The combinator is and, or or."))
        if not isinstance(negated, bool):
            self._wrong(join_path(path, "not"), _("true or false is needed here."))
        if not isinstance(rules, list | tuple):
            self._wrong(
                join_path(path, "rules"),
                _("A list of filters is needed here, or a group of them as an object."),
            )
            return None
        return self._parts(combinator, rules, join_path(path, "rules"), depth, is_negated=negated is True)

    def _parts(
        self, combinator: Any, rules: Sequence[Any], path: str, depth: int, *, is_negated: bool = False
    ) -> Joined | None:
        if not rules:
            group = path.removesuffix("rules").removesuffix(".")
            self._wrong(group, _("Nothing is asked in this group; add a filter, or take the group out."))
        found = [
            self._part(rule, join_path(path, place), depth)
            for place, rule in enumerate(rules[: MAX_LINES + 1])
        ]
        parts = tuple(part for part in found if part is not None)
        return Joined(combinator, is_negated, parts) if len(parts) == len(rules) else None

    def _part(self, stored: Any, path: str, depth: int) -> Filters | None:
        if isinstance(stored, Mapping) and "rules" in stored:
            return self.joined(stored, path, depth + 1)
        self.lines += 1
        if self.lines > MAX_LINES:
            if self.lines == MAX_LINES + 1:
                self._wrong("", _("There are more than %(most)d filters.") % {"most": MAX_LINES})
            return None
        try:
            return Line.model_validate(stored)
        except ValidationError as error:
            self.problems += problems_of(error, path)
            return None

    def _wrong(self, path: str, message: str) -> None:
        self.problems.append(Problem(path=path, message=message))


def events_matching(wheres: Mapping[K, Where], event_ids: Sequence[int]) -> dict[K, set[int]]:
    """Which of the events pass which filters: one query for all."""
    if not wheres or not event_ids:
        return {key: set() for key in wheres}
    asked = in_one_order(wheres.values())
    sql, params = _compiled(asked)
    ids = list(event_ids)
    passing: dict[Where, set[int]] = {where: set() for where in asked}
    with connection.cursor() as cursor:
        cursor.execute(sql, [ids if isinstance(param, Hole) else param for param in params])
        for event_id, flags in cursor.fetchall():
            for found, flag in zip(passing.values(), flags, strict=True):
                if flag:
                    found.add(event_id)
    return {key: passing[where] for key, where in wheres.items()}


@lru_cache(maxsize=256)
def _compiled(wheres: tuple[Where, ...]) -> tuple[str, tuple[Any, ...]]:
    """The query for these filters, with a hole for the ids."""
    flags = Flags(*(where.condition() for where in wheres))
    return Event.objects.filter(AmongIds("id", None)).values_list("id", flags).query.sql_with_params()
