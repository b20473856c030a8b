"""The cart as it is now: whether something lies in it, how much, what it is worth."""

from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db.models import DecimalField, Expression, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy
from pydantic import Field, ValidationInfo, field_validator

from customers.commerce.reading import ADDED, OF_CARTS
from customers.rules.comparison import READ, value_words
from customers.rules.depends import Depends
from customers.rules.expressions import Compare, Not
from customers.rules.facts import Facts, Few
from customers.rules.figures import Fact
from customers.rules.leaf import Leaf
from customers.rules.rows import CART
from customers.rules.shown import Shown

Operator = Literal["is_open", "is_empty", "worth_at_least", "worth_less", "pieces_at_least", "pieces_less"]
WORDS = {
    "is_open": gettext_lazy("has something in it"),
    "is_empty": gettext_lazy("is empty"),
    "worth_at_least": gettext_lazy("is worth at least"),
    "worth_less": gettext_lazy("is worth less than"),
    "pieces_at_least": gettext_lazy("has pieces, at least"),
    "pieces_less": gettext_lazy("has pieces, less than"),
}
WITHOUT = ("is_open", "is_empty")


class InCart(Leaf):
    """Whether anything lies in the cart, what it is worth (price by quantity), how many pieces; empty: 0."""

    family = "cart"
    shown = Shown(
        gettext_lazy("Their cart"),
        "orders",
        words=WORDS,
        takes={"is_open": "none", "is_empty": "none", "*": "number"},
        start={"operator": "is_open"},
    )

    operator: Operator
    value: Annotated[Any, Field(validate_default=True)] = None

    @field_validator("value")
    @classmethod
    def _fits_operator(cls, value: Any, info: ValidationInfo) -> Any:
        operator = info.data.get("operator")
        if operator is None:
            return value
        return READ["none" if operator in WITHOUT else "number"](value)

    def condition(self, facts: Facts) -> Expression:
        """Whether it is so."""
        if self.operator in WITHOUT:
            is_open = facts.has_at_least(Few(CART), 1)
            return Not(is_open) if self.operator == "is_empty" else is_open
        wanted = Value(Decimal(repr(self.value)), output_field=DecimalField())
        return Compare(self._figure(facts), ">=" if self.operator.endswith("at_least") else "<", wanted)

    def found(self, facts: Facts) -> Expression | None:
        """The value, or how many pieces."""
        return None if self.operator in WITHOUT else self._figure(facts)

    def _figure(self, facts: Facts) -> Expression:
        path = "value" if self.operator.startswith("worth") else "quantity"
        return Coalesce(facts.ask(Fact(CART, "sum", path)), Value(0), output_field=DecimalField())

    def depends(self) -> Depends:
        """What can change a cart."""
        return Depends(events=OF_CARTS)

    def awaits(self) -> frozenset[str]:
        """Without this event nothing lies in a cart."""
        return frozenset([ADDED])

    def words(self) -> str:
        """As in "the cart is worth at least 50"."""
        return str(SAID[self.operator]) % {"value": value_words(self.value)}


SAID = {
    "is_open": gettext_lazy("something lies in the cart"),
    "is_empty": gettext_lazy("nothing lies in the cart"),
    "worth_at_least": gettext_lazy("the cart is worth at least %(value)s"),
    "worth_less": gettext_lazy("the cart is worth less than %(value)s"),
    "pieces_at_least": gettext_lazy("the cart has at least %(value)s pieces"),
    "pieces_less": gettext_lazy("the cart has less than %(value)s pieces"),
}
