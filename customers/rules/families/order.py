"""Orders: how many, how much, over the rows that the commerce events fill."""

from functools import cached_property
from typing import Any, Literal

from django.utils.translation import gettext_lazy

from customers.commerce.reading import COMPLETED, OF_ORDERS
from customers.rules.depends import Depends
from customers.rules.event_words import compared, figure_words
from customers.rules.figured import FIGURED, WORDS, Figured
from customers.rules.rows import ORDERS
from customers.rules.shown import Shown
from customers.rules.where import Joined, Line, Where

Of = Literal["orders", "with_coupon", "without_coupon", "refunded", "cancelled", "all"]
KEPT = Line(property="cancelled_at", operator="is_not_set", value=None)
LINES: dict[Of, tuple[Line, ...]] = {
    "orders": (KEPT,),
    "with_coupon": (KEPT, Line(property="coupon", operator="is_set", value=None)),
    "without_coupon": (KEPT, Line(property="coupon", operator="is_not_set", value=None)),
    "refunded": (Line(property="refunded_at", operator="is_set", value=None),),
    "cancelled": (Line(property="cancelled_at", operator="is_set", value=None),),
    "all": (),
}
ORDER_WORDS: dict[str, Any] = {
    "orders": gettext_lazy("orders"),
    "with_coupon": gettext_lazy("orders with a coupon"),
    "without_coupon": gettext_lazy("orders without a coupon"),
    "refunded": gettext_lazy("orders paid back"),
    "cancelled": gettext_lazy("cancelled orders"),
    "all": gettext_lazy("orders, also cancelled ones"),
}


def of_kind(of: Of, where: Where) -> Where:
    """The orders of a kind that pass `where`."""
    parts = [*LINES[of], *([where.filters] if where.filters else [])]
    return Where(Joined("and", False, tuple(parts))) if parts else Where()


class Ordered(Figured):
    """`aggregate` over the orders of a kind that pass `where`, in a window.

    A path leads into all that was told of an order, as in `total` or `products[].category`.
    """

    family = "order"
    shown = Shown(
        gettext_lazy("How often or how much they ordered"),
        "orders",
        words={**WORDS, **ORDER_WORDS, "of": gettext_lazy("of")},
        suggests={"property": "properties"},
        takes={"*": "number"},
        only_with={"property": ("aggregate", FIGURED)},
        order=("aggregate", "property", "of"),
        start={"aggregate": "count", "of": "orders", "operator": "at_least", "value": 1},
    )

    of: Of = "orders"

    @property
    def source(self) -> str:
        """All orders."""
        return ORDERS

    @cached_property
    def filtered(self) -> Where:
        """Those of the kind."""
        return of_kind(self.of, self.where)

    def depends(self) -> Depends:
        """What can change an order."""
        return Depends(events=OF_ORDERS)

    def awaits(self) -> frozenset[str]:
        """Without this event there is no order."""
        return frozenset([COMPLETED])

    def figure_words(self) -> str:
        """As in "the number of orders with a coupon is at least 2"."""
        what = str(ORDER_WORDS[self.of])
        if self.aggregate == "count":
            return compared(str(NUMBER) % {"orders": what}, self.operator, self.value)
        return figure_words(self.aggregate, what, self.property or "", self.operator, self.value)


NUMBER = gettext_lazy("the number of %(orders)s")
