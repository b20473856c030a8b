"""When the customer ordered for the first or the last time."""

from functools import cached_property

from django.utils.translation import gettext_lazy

from customers.commerce.reading import COMPLETED, OF_ORDERS
from customers.rules.depends import Depends
from customers.rules.families.order import ORDER_WORDS, Of, of_kind
from customers.rules.moments import START, WORDS, FirstOrLast
from customers.rules.rows import ORDERS
from customers.rules.shown import Shown
from customers.rules.where import Where


class OrderTime(FirstOrLast):
    """The moment at which the `which` of the orders of a kind that pass `where` was placed."""

    family = "order_time"
    shown = Shown(
        gettext_lazy("When they first or last ordered"),
        "orders",
        words={**WORDS, **ORDER_WORDS, "of": gettext_lazy("of")},
        order=("which", "of"),
        start={**START, "of": "orders"},
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

    def moment_words(self) -> str:
        """As in "the last of all orders with a coupon"."""
        return str(WHICH[self.which]) % {"orders": ORDER_WORDS[self.of]}


WHICH = {
    "first": gettext_lazy("the first of all %(orders)s"),
    "last": gettext_lazy("the last of all %(orders)s"),
}
