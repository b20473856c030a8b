"""The rows that rules figure over: events of a name, and in their place orders and what was put into carts.

Each has `customer_id`, `occurred_at` and `properties`, which is all that figures and filters read.
"""

from typing import Any

from django.db.models import F, Q, QuerySet

from customers.models import CartLine, Event, Order
from customers.rules.expressions import Compare, known

# No event has such a name: rules' texts hold no NUL.
ORDERS, CART = "\x00orders", "\x00cart"


def rows_of(source: str, now: Any, *, is_past: bool = False) -> QuerySet[Any, Any]:
    """Everybody's rows; of carts what lies there, `is_past`: what did at the moment `now`."""
    if source == ORDERS:
        return Order.objects.filter(occurred_at__isnull=False)
    if source == CART:
        ended = Q(ended_at=None)
        return CartLine.objects.filter(
            ended | Q(known(Compare(F("ended_at"), ">", now))) if is_past else ended
        )
    return Event.objects.filter(name=source)
