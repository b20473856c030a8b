"""How old a cart is: when the first or the last of what lies in it was put there."""

from django.utils.translation import gettext_lazy

from customers.commerce.reading import ADDED, OF_CARTS
from customers.rules.depends import Depends
from customers.rules.moments import WORDS, FirstOrLast
from customers.rules.rows import CART
from customers.rules.shown import Shown


class CartTime(FirstOrLast):
    """When the `which` of what lies in the cart, and passes `where`, was put there; of none nothing holds."""

    family = "cart_time"
    shown = Shown(
        gettext_lazy("When they put into the cart what lies there"),
        "orders",
        words=WORDS,
        order=("which",),
        start={"which": "last", "operator": "older_than", "value": "PT2H"},
    )

    @property
    def source(self) -> str:
        """What lies in carts."""
        return CART

    def depends(self) -> Depends:
        """What can change a cart."""
        return Depends(events=OF_CARTS)

    def awaits(self) -> frozenset[str]:
        """Without this event nothing lies in a cart."""
        return frozenset([ADDED])

    def moment_words(self) -> str:
        """As in "the last thing in the cart"."""
        return str(WHICH[self.which])


WHICH = {
    "first": gettext_lazy("the first thing in the cart"),
    "last": gettext_lazy("the last thing in the cart"),
}
