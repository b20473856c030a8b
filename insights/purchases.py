"""What one customer bought and has in the cart: a few rows, three queries."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, F, Sum, When
from django.db.models.functions import Coalesce

from customers.commerce import reading
from customers.models import Cart, CartLine, Customer, Order

SHOWN = 5  # orders, the newest
MOST_LINES = 20


@dataclass(frozen=True)
class Bought:
    """Orders in one currency that were not cancelled: how many, and their sum less what was paid back."""

    orders: int
    spent: Decimal
    currency: str


@dataclass(frozen=True)
class Line:
    """A product of an order or a cart, as it is shown."""

    name: str
    quantity: Decimal
    value: Decimal | None


@dataclass(frozen=True)
class Purchases:
    """The newest orders with their lines, the sum of all, and the cart where something lies in it."""

    orders: list[tuple[Order, list[Line]]]
    bought: list[Bought]
    cart: Cart | None
    lines: list[Line]


def purchases(customer: Customer) -> Purchases:
    """What is known of it."""
    mine = Order.objects.filter(customer=customer)
    newest = mine.order_by(F("occurred_at").desc(nulls_last=True), "-id")[:SHOWN]
    in_cart = CartLine.objects.filter(customer=customer, ended_at=None).order_by("-occurred_at", "id")
    lines = [_line(line.properties) for line in in_cart[:MOST_LINES]]
    cart = Cart.objects.filter(customer=customer).first() if lines else None
    return Purchases(
        orders=[(order, [_line(line) for line in order.lines[:MOST_LINES]]) for order in newest],
        bought=_bought(customer),
        cart=cart,
        lines=lines,
    )


def _bought(customer: Customer) -> list[Bought]:
    kept = Order.objects.filter(customer=customer, occurred_at__isnull=False, cancelled_at=None)
    back = Case(When(is_refunded_whole=True, then="total"), default="refunded")
    rows = (
        kept.order_by()
        .values_list("currency")
        .annotate(Count("pk"), spent=Coalesce(Sum("total"), Decimal(0)) - Coalesce(Sum(back), Decimal(0)))
    )
    return [Bought(many, spent, currency) for currency, many, spent in rows.order_by("-spent", "currency")]


def _line(product: dict[str, Any]) -> Line:
    """A line out of what was told, of any shape."""
    name = product.get("name") or product.get("product_id") or product.get("sku")
    return Line(
        name=str(name)[:200] if isinstance(name, str | int) else "",
        quantity=reading.quantity(product),
        value=reading.worth(product) if reading.number(product.get("price")) is not None else None,
    )
