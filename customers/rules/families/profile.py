"""What Sette keeps of every customer: country, language, time zone; when they were first and last seen."""

from typing import Any, Literal

from django.db.models import DateTimeField, Expression, ExpressionWrapper, F, TextField, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import field_validator

from customers.rules.comparison import Comparison, InTime
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import AnyOf, Compare, Not
from customers.rules.facts import Facts
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown

EMPTY = Value("", output_field=TextField())


class Lives(Comparison, Leaf):
    """The country (`IT`), the language (`it`) or the time zone (`Europe/Rome`), where it is known."""

    family = "profile"
    shown = Shown(
        gettext_lazy("Country, language or time zone"),
        "profile",
        words={
            "property": gettext_lazy("which one"),
            "country": gettext_lazy("the country"),
            "language": gettext_lazy("the language"),
            "time_zone": gettext_lazy("the time zone"),
        },
        suggests={"value": "profile_values"},
        takes={"equals": "text", "not_equals": "text"},
    )

    property: Literal["country", "language", "time_zone"]
    operator: Literal["equals", "not_equals", "is_any_of", "is_none_of", "is_set", "is_not_set"]

    @field_validator("value")
    @classmethod
    def _are_texts(cls, value: Any) -> Any:
        if any(not isinstance(one, str) for one in _several(value) if one is not None):
            raise Slip(_("A text is needed here."))
        return value

    def condition(self, facts: Facts) -> Expression:
        """Whether the customer's row says so."""
        del facts
        column = F(self.property)
        if self.operator in ("is_set", "is_not_set"):
            is_empty = Compare(column, "=", EMPTY)
            return is_empty if self.operator == "is_not_set" else Not(is_empty)
        texts = [Value(text, output_field=TextField()) for text in _several(self.value)]
        holds = AnyOf(*(Compare(column, "=", text) for text in texts))
        return Not(holds) if self.operator in ("not_equals", "is_none_of") else holds

    def found(self, facts: Facts) -> F:
        """The column."""
        del facts
        return F(self.property)

    def depends(self) -> Depends:
        """The trait of that name, with which the column is kept in step."""
        return Depends(traits=frozenset([self.property]))

    def words(self) -> str:
        """As in "the country is IT"."""
        return self.said_of(str(NAMES[self.property]))


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


class Seen(Comparison, Leaf):
    """The moment at which the customer was first, or last, seen: by what they did themselves."""

    family = "seen"
    shown = Shown(
        gettext_lazy("When they were first or last seen"),
        "profile",
        words={
            "which": gettext_lazy("which one"),
            "first": gettext_lazy("first seen"),
            "last": gettext_lazy("last seen"),
        },
        start={"which": "last", "operator": "within_last", "value": "P30D"},
    )

    which: Literal["first", "last"]
    operator: InTime

    def condition(self, facts: Facts) -> Expression:
        """Whether that moment lies where it is asked for."""
        return self.holds_in_time(self._at, facts.ago)

    def changes_at(self, facts: Facts) -> Expression | None:
        """As of any moment."""
        return self.turns_at(self._at, facts.ago)

    @property
    def _at(self) -> Expression:
        return ExpressionWrapper(F(f"{self.which}_seen_at"), output_field=DateTimeField())

    def found(self, facts: Facts) -> Expression:
        """That moment."""
        del facts
        return self._at

    def depends(self) -> Depends:
        """Whatever the customer does."""
        return Depends(seen=True)

    def words(self) -> str:
        """As in "first seen lies within the last 30 days"."""
        return self.said_of(str(NAMES[self.which]))


NAMES = {
    "country": gettext_lazy("the country"),
    "language": gettext_lazy("the language"),
    "time_zone": gettext_lazy("the time zone"),
    "first": gettext_lazy("the moment when first seen"),
    "last": gettext_lazy("the moment when last seen"),
}
