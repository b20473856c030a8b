"""What was bought, and what lies in the cart: products by their properties."""

from functools import cached_property
from typing import Annotated, Any, Literal

from django.db.models import Expression
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, field_validator

from customers.commerce.reading import ADDED, COMPLETED, OF_CARTS, OF_ORDERS
from customers.rules.comparison import READ, value_words
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import Later, Not, if_after
from customers.rules.facts import Facts, Few
from customers.rules.families.order import of_kind
from customers.rules.leaf import Leaf
from customers.rules.rows import CART, ORDERS
from customers.rules.shown import Shown
from customers.rules.texts import LIST, JsonKeys, Span, span_words
from customers.rules.where import Line, Where

OF_PRODUCT = f"products{LIST}."  # before a property of one of an order's products
Operator = Literal["bought", "not_bought", "in_cart", "not_in_cart"]


def _of_one_product(path: str) -> str:
    if LIST in path:
        raise Slip(_("Name a property of the product itself, as in category or brand."))
    return path


class Product(Leaf):
    """Whether a product whose `property` is one of `value` was bought, or lies in the cart.

    Later than now - `within`, or ever. Without a property any product will do.
    """

    family = "product"
    shown = Shown(
        gettext_lazy("What they bought, or have in the cart"),
        "orders",
        words={
            "property": gettext_lazy("a product's"),
            "value": gettext_lazy("is one of"),
            "bought": gettext_lazy("bought"),
            "not_bought": gettext_lazy("did not buy"),
            "in_cart": gettext_lazy("has in the cart"),
            "not_in_cart": gettext_lazy("does not have in the cart"),
        },
        suggests={"property": "product_properties", "value": "product_values"},
        takes={"*": "list"},
        order=("operator", "property", "value"),
        start={"operator": "bought", "property": "category"},
    )

    operator: Operator
    property: Annotated[JsonKeys, AfterValidator(_of_one_product)] | None = None
    value: Annotated[Any, Field(validate_default=True)] = None
    within: Span | None = None

    @field_validator("value")
    @classmethod
    def _are_choices(cls, value: Any, info: Any) -> Any:
        if info.data.get("property") is None:
            if value is not None:
                raise Slip(_("Say of which property these are values."))
            return None
        return READ["list"](value)

    def condition(self, facts: Facts) -> Expression:
        """Whether there is such an order that was not cancelled, or such a line of the cart."""
        holds = facts.has_at_least(self._few, 1)
        return Not(holds) if self.operator.startswith("not_") else holds

    @cached_property
    def _few(self) -> Few:
        if self.operator.endswith("cart"):
            return Few(CART, self.within, self._of_product(""))
        return Few(ORDERS, self.within, of_kind("orders", self._of_product(OF_PRODUCT)))

    def _of_product(self, prefix: str) -> Where:
        if self.property is None:
            return Where()
        return Where(Line(property=prefix + self.property, operator="is_any_of", value=self.value))

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the last such order, or what was last put into the cart, is `within` old."""
        if self.within is None:
            return None
        return if_after(Later(facts.newest(self._few, 1), self.within), facts.ago())

    def depends(self) -> Depends:
        """What can change an order, or a cart."""
        return Depends(events=OF_CARTS if self.operator.endswith("cart") else OF_ORDERS)

    def awaits(self) -> frozenset[str]:
        """Without this event there is no order, or nothing in a cart."""
        return frozenset([ADDED if self.operator.endswith("cart") else COMPLETED])

    def words(self) -> str:
        """As in "bought something whose category is one of Seafood within the last 90 days"."""
        what = _("something")
        if self.property is not None:
            told = {"property": self.property, "values": value_words(self.value)}
            what = _("something whose %(property)s is one of %(values)s") % told
        said = {
            "bought": _("bought %(what)s"),
            "not_bought": _("did not buy %(what)s"),
            "in_cart": _("has %(what)s in the cart"),
            "not_in_cart": _("does not have %(what)s in the cart"),
        }[self.operator] % {"what": what}
        if self.within:
            said += " " + _("within the last %(span)s") % {"span": span_words(self.within)}
        return said
