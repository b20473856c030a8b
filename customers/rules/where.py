"""Filters on an event's properties: the `where` of an event rule, of a trigger, of a wait. All must hold."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import DateTimeField, Expression, F, Value
from django.utils.translation import gettext as _
from pydantic import ValidationError, field_validator

from customers.models import Event
from customers.rules.comparison import TIMELY, Comparison
from customers.rules.errors import Problem, RuleError, Slip
from customers.rules.expressions import AmongIds, Compare, Flags, all_of
from customers.rules.problems import problems_of
from customers.rules.texts import JsonKeys

K = TypeVar("K", bound=Hashable)
MAX_LINES = 20


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
class Where:
    """What must hold of one event: filters, and bounds in time (from `start` on, before `end`)."""

    lines: tuple[Line, ...] = ()
    start: datetime | None = None
    end: datetime | None = None

    @property
    def passes_all(self) -> bool:
        """Whether every event passes."""
        return not (self.lines or self.start or self.end)

    def condition(self) -> Expression:
        """Whether an event passes, over Event querysets; never NULL."""
        bounds = [(">=", self.start), ("<", self.end)]
        parts: list[Expression] = [
            Compare(F("occurred_at"), operator, Value(bound, output_field=DateTimeField()))
            for operator, bound in bounds
            if bound is not None
        ]
        return all_of(parts + [line.holds("properties", line.property) for line in self.lines])

    def words(self) -> str:
        """The filters in words."""
        return _(" and ").join(line.said_of(line.property) for line in self.lines)


def parse_where(lines: Any) -> Where:
    """The filters of a stored list; RuleError names each that is wrong, by its place in the list."""
    if lines is None:
        return Where()
    if not isinstance(lines, Sequence) or isinstance(lines, str | bytes) or len(lines) > MAX_LINES:
        message = _("The filters are a list of at most %(most)d objects.") % {"most": MAX_LINES}
        raise RuleError([{"path": "", "message": message}])
    read: list[Line] = []
    problems: list[Problem] = []
    for place, line in enumerate(lines):
        try:
            read.append(Line.model_validate(line))
        except ValidationError as error:
            problems += problems_of(error, str(place))
    if problems:
        raise RuleError(problems)
    return Where(tuple(read))


def events_matching(wheres: Mapping[K, Where], event_ids: Sequence[int]) -> dict[K, set[int]]:
    """Which of the events pass which filters: one query for all."""
    if not wheres or not event_ids:
        return {key: set() for key in wheres}
    rows = Event.objects.filter(AmongIds("id", list(event_ids))).values_list(
        "id", Flags(*(where.condition() for where in wheres.values()))
    )
    matched: dict[K, set[int]] = {key: set() for key in wheres}
    for event_id, flags in rows:
        for key, flag in zip(matched, flags, strict=True):
            if flag:
                matched[key].add(event_id)
    return matched
