"""What may be asked of a JSON value: one closed table of operators, for traits and for properties of events.

A path reaches one value, or through a list each element; an operator holds where it holds for one of them.
Negative operators are the exact opposites of their positives: they hold too where there is no value.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import DateTimeField, Expression, F, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from customers.rules.errors import Slip
from customers.rules.expressions import (
    AllOf,
    Compare,
    JsonHas,
    JsonPath,
    JsonText,
    Later,
    Not,
    if_after,
    known,
    least,
    moment,
)
from customers.rules.patterns import check_pattern, translated
from customers.rules.texts import clean_text, json_path, parse_moment, parse_span, span_words

Takes = Literal["scalar", "list", "text", "pattern", "number", "range", "moment", "span", "none"]
MAX_CHOICES = 200
MAX_NUMBER = 10**15


def _scalar(value: Any) -> Any:
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return check_number(value)
    raise Slip(_("A text, a number or true/false is needed here."))


def check_number(value: Any) -> int | float:
    """`value`, if it is a finite number of at most 15 digits before the point."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Slip(_("A number is needed here."))
    if not abs(value) <= MAX_NUMBER:  # so written, it is true of NaN too
        raise Slip(_("The number is not finite, or larger than %(most)d.") % {"most": MAX_NUMBER})
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Slip(_("A text is needed here."))
    return clean_text(value)


def _choices(value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MAX_CHOICES:
        raise Slip(_("A list of 1 to %(most)d values is needed here.") % {"most": MAX_CHOICES})
    return tuple(_scalar(one) for one in value)


def _bounds(value: Any) -> tuple[int | float, ...]:
    if not isinstance(value, list | tuple) or len(value) != 2:  # noqa: PLR2004 - from, to
        raise Slip(_("A list of two numbers is needed here: the least and the greatest."))
    low, high = (check_number(one) for one in value)
    if low > high:
        raise Slip(_("The first number must not be greater than the second."))
    return low, high


def _pattern(value: Any) -> str:
    return check_pattern(_text(value))


def _nothing(value: Any) -> None:
    if value not in (None, ""):
        raise Slip(_("This operator takes no value."))


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else parse_moment(_text(value))


READ: dict[Takes, Callable[[Any], Any]] = {
    "scalar": _scalar,
    "list": _choices,
    "text": _text,
    "pattern": _pattern,
    "number": check_number,
    "range": _bounds,
    "moment": _moment,
    "span": parse_span,
    "none": _nothing,
}


@dataclass(frozen=True)
class Operator:
    """One way to ask: the kind of its value, what it asks in SQL/JSON path (None: of moments), its words."""

    takes: Takes
    asks: Callable[[Any], str] | None
    words: Any
    is_opposite: bool = False


def _each(template: str) -> Callable[[Any], str]:
    """A filter with `{}` for the value; of several values one must do."""

    def asks(value: Any) -> str:
        values = value if isinstance(value, tuple) else (value,)
        return " || ".join(template.format(json.dumps(one)) for one in values)

    return asks


def _lies_between(bounds: tuple[int | float, ...]) -> str:
    low, high = map(json.dumps, bounds)
    return f"@ >= {low} && @ <= {high}"


def _ends(text: str) -> str:
    quoted = re.sub(r"([^\w\s])", r"\\\1", text)
    return f'@ like_regex {json.dumps(quoted + "$")} flag "s"'


def _fits(pattern: str) -> str:
    spelled, flags = translated(pattern)
    return f'@ like_regex {json.dumps(spelled)} flag "{flags}"'


SET = _each('(@ != null && (@ != "" || @.type() != "string"))')
EQUAL = _each("@ == {}")
CONTAINS = _each('@ like_regex {} flag "q"')
OPERATORS = {
    "equals": Operator("scalar", EQUAL, gettext_lazy("%(what)s is %(value)s")),
    "not_equals": Operator("scalar", EQUAL, gettext_lazy("%(what)s is not %(value)s"), is_opposite=True),
    "is_any_of": Operator("list", EQUAL, gettext_lazy("%(what)s is one of %(value)s")),
    "is_none_of": Operator("list", EQUAL, gettext_lazy("%(what)s is none of %(value)s"), is_opposite=True),
    "contains": Operator("text", CONTAINS, gettext_lazy("%(what)s contains %(value)s")),
    "not_contains": Operator(
        "text", CONTAINS, gettext_lazy("%(what)s does not contain %(value)s"), is_opposite=True
    ),
    "starts_with": Operator(
        "text", _each("@ starts with {}"), gettext_lazy("%(what)s starts with %(value)s")
    ),
    "ends_with": Operator("text", _ends, gettext_lazy("%(what)s ends with %(value)s")),
    "matches": Operator("pattern", _fits, gettext_lazy("%(what)s fits the pattern %(value)s")),
    "greater": Operator("number", _each("@ > {}"), gettext_lazy("%(what)s is more than %(value)s")),
    "at_least": Operator("number", _each("@ >= {}"), gettext_lazy("%(what)s is at least %(value)s")),
    "less": Operator("number", _each("@ < {}"), gettext_lazy("%(what)s is less than %(value)s")),
    "at_most": Operator("number", _each("@ <= {}"), gettext_lazy("%(what)s is at most %(value)s")),
    "between": Operator("range", _lies_between, gettext_lazy("%(what)s lies between %(value)s")),
    "is_set": Operator("none", SET, gettext_lazy("%(what)s is known")),
    "is_not_set": Operator("none", SET, gettext_lazy("%(what)s is not known"), is_opposite=True),
    "before": Operator("moment", None, gettext_lazy("%(what)s is before %(value)s")),
    "after": Operator("moment", None, gettext_lazy("%(what)s is after %(value)s")),
    "within_last": Operator("span", None, gettext_lazy("%(what)s lies within the last %(value)s")),
    "older_than": Operator("span", None, gettext_lazy("%(what)s is longer ago than %(value)s")),
    "within_next": Operator("span", None, gettext_lazy("%(what)s lies within the next %(value)s")),
}
Name = Literal[
    "equals", "not_equals", "is_any_of", "is_none_of", "contains", "not_contains", "starts_with", "ends_with",
    "matches", "greater", "at_least", "less", "at_most", "between", "is_set", "is_not_set",
    "before", "after", "within_last", "older_than", "within_next",
]  # fmt: skip
TIMELY = frozenset(["within_last", "older_than", "within_next"])  # their answer moves with the time of asking
InTime = Literal["before", "after", "within_last", "older_than", "within_next"]


class Comparison(BaseModel):
    """An operator and its value, the latter read and checked as the former asks."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    operator: Name
    value: Any = Field(None, validate_default=True)

    @field_validator("value")
    @classmethod
    def _read_value(cls, value: Any, info: ValidationInfo) -> Any:
        operator = info.data.get("operator")
        return READ[OPERATORS[operator].takes](value) if operator else value

    def holds(
        self, column: str, path: str, ago: Callable[[timedelta], Expression] | None = None
    ) -> Expression:
        """Whether the JSON in `column` answers the question at `path`; never NULL."""
        operator = OPERATORS[self.operator]
        if operator.asks is None:
            return self.holds_in_time(self.moment(column, path), ago)
        found = JsonHas(F(column), JsonPath(f"{json_path(path)} ? ({operator.asks(self.value)})"))
        return Not(known(found)) if operator.is_opposite else known(found)

    def holds_in_time(self, at: Expression, ago: Callable[[timedelta], Expression] | None) -> Expression:
        """Whether the moment `at`, which may be NULL, lies where an operator InTime asks; never NULL."""
        if self.operator in ("before", "after"):
            bound = Value(self.value, output_field=DateTimeField())
            return known(Compare(at, "<" if self.operator == "before" else ">", bound))
        if ago is None:
            raise ValueError(f"{self.operator} can't be asked without a moment.")
        if self.operator == "older_than":
            return known(Compare(at, "<=", ago(self.value)))
        if self.operator == "within_next":
            return known(AllOf(Compare(at, ">", ago(timedelta(0))), Compare(at, "<=", ago(-self.value))))
        return known(AllOf(Compare(at, ">", ago(self.value)), Compare(at, "<=", ago(timedelta(0)))))

    def turns_at(self, at: Expression, ago: Callable[[timedelta], Expression]) -> Expression | None:
        """When time alone could next change it: when `at` has come, and `value` after it, or before."""
        if self.operator not in TIMELY:
            return None
        span = -self.value if self.operator == "within_next" else self.value
        return least([if_after(at, ago(timedelta(0))), if_after(Later(at, span), ago(timedelta(0)))])

    @staticmethod
    def moment(column: str, path: str) -> Expression:
        """The first value at `path` as a moment, NULL where it is none."""
        return moment(JsonText(F(column), JsonPath(json_path(path))))

    def said_of(self, what: str) -> str:
        """The question in words, `what` being what is asked."""
        return str(OPERATORS[self.operator].words) % {"what": what, "value": value_words(self.value)}


def value_words(value: Any) -> str:
    """A rule's value as it is said."""
    if isinstance(value, tuple):
        return ", ".join(value_words(one) for one in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return (
            value.isoformat(" ", "minutes") if value.time().hour or value.minute else value.date().isoformat()
        )
    return span_words(value) if hasattr(value, "total_seconds") else str(value)
