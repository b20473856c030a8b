"""What was bought and what lies in the cart, read from Segment's commerce events.

An order is `Order Completed` with its `products`; a cart is what `Product Added` put in since the last order
and no `Product Removed` of the same `product_id` took out.
"""

from functools import cached_property
from typing import Annotated, Any, Literal

from django.db.models import Exists, Expression, F, OuterRef, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, Field, field_validator

from customers.models import Event
from customers.rules.comparison import READ, value_words
from customers.rules.depends import Depends
from customers.rules.errors import Slip
from customers.rules.expressions import AllOf, Compare, Later, Not, if_after
from customers.rules.facts import Facts, Few
from customers.rules.figures import passing
from customers.rules.leaf import Leaf
from customers.rules.shown import Shown
from customers.rules.texts import LIST, JsonKeys, Span, span_words
from customers.rules.where import Line, Where

ORDER, ADDED, REMOVED = "Order Completed", "Product Added", "Product Removed"
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
        """Whether there is such an order, or such an addition to the cart that still stands."""
        if self.operator in ("bought", "not_bought"):
            holds = facts.has_at_least(self._orders, 1)
        else:
            holds = AllOf(Exists(self._in_cart(facts)))
        return Not(holds) if self.operator in ("not_bought", "not_in_cart") else holds

    @cached_property
    def _orders(self) -> Few:
        return Few(ORDER, self.within, self._of_product(OF_PRODUCT))

    def _of_product(self, prefix: str) -> Where:
        if self.property is None:
            return Where()
        return Where(Line(property=prefix + self.property, operator="is_any_of", value=self.value))

    def _in_cart(self, facts: Facts) -> QuerySet[Event, Any]:
        added = passing(ADDED, self.within, facts.ago, self._of_product("")).filter(
            customer_id=OuterRef("pk")
        )
        later = Event.objects.filter(
            Compare(F("occurred_at"), ">=", OuterRef("occurred_at")), customer_id=OuterRef("customer_id")
        )
        later = facts.by_then(later, "occurred_at")
        removed = later.filter(name=REMOVED, properties__product_id=OuterRef("properties__product_id"))
        return facts.by_then(added, "occurred_at").filter(~Exists(later.filter(name=ORDER)), ~Exists(removed))

    def changes_at(self, facts: Facts) -> Expression | None:
        """When the last such order, or the last that was put into the cart, is `within` old."""
        if self.within is None:
            return None
        last = Few(ADDED, self.within, self._of_product("")) if "cart" in self.operator else self._orders
        return if_after(Later(facts.newest(last, 1), self.within), facts.ago())

    def depends(self) -> Depends:
        """Orders, and what is put into carts and taken out."""
        return Depends(events=frozenset([ORDER] if "bought" in self.operator else [ORDER, ADDED, REMOVED]))

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
