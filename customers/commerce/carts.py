"""What lies in one customer's cart, out of the events in their order. Pure.

Product Added puts in, Product Removed takes out (so many as it says, else all of the product), Cart Viewed
and Checkout Started say what lies in it, and an order empties it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from customers.commerce import reading
from customers.commerce.reading import (
    ADDED,
    CART_VIEWED,
    CHECKOUT,
    COMPLETED,
    COUPON_APPLIED,
    COUPON_REMOVED,
    REMOVED,
    Happening,
)

# Of two events of the same moment the later one here has the last word.
RANK = (ADDED, CART_VIEWED, CHECKOUT, COUPON_APPLIED, COUPON_REMOVED, REMOVED, COMPLETED)


@dataclass
class Line:
    """Some of a product, put in at one moment; `ended_at` where it lies there no more."""

    product_id: str
    at: datetime
    quantity: Decimal
    properties: dict[str, Any]
    ended_at: datetime | None = None

    @property
    def whole(self) -> dict[str, Any]:
        """The product as it was told, with its quantity and what that comes to."""
        told = {**self.properties, "quantity": self.quantity}
        return told | {"value": reading.worth(told)}


@dataclass
class Content:
    """A cart: what lies in it, and of this part of its history what did."""

    lines: list[Line] = field(default_factory=list)
    ended: list[Line] = field(default_factory=list)
    told_at: datetime | None = None
    checkout_at: datetime | None = None
    coupon: str = ""
    currency: str = ""

    def follow(self, happenings: Iterable[Happening]) -> None:
        """Take in events, none of them before what it knows already."""
        told = list(happenings)
        for one in sorted(told, key=_place) if len(told) > 1 else told:
            self._take(one)
            self.told_at = one.at

    @property
    def opened_at(self) -> datetime | None:
        """When the first of what lies in it was put there."""
        return min((line.at for line in self.lines), default=None)

    @property
    def items(self) -> Decimal:
        """How many pieces lie in it."""
        return sum((line.quantity for line in self.lines), Decimal(0))

    @property
    def value(self) -> Decimal:
        """What they come to."""
        return sum((line.whole["value"] for line in self.lines), Decimal(0))

    def _take(self, one: Happening) -> None:
        self.currency = reading.currency(one.properties.get("currency")) or self.currency
        if one.name == ADDED:
            self._put(one.properties, reading.quantity(one.properties), one.at)
        elif one.name == REMOVED:
            self._remove(one)
        elif one.name == COMPLETED:
            self._end(self.lines, one.at)
            self.checkout_at, self.coupon = None, ""
        elif one.name == COUPON_APPLIED:
            self.coupon = reading.coupon(one.properties) or self.coupon
        elif one.name == COUPON_REMOVED:
            self.coupon = ""
        else:
            self._see(one)

    def _put(self, product: dict[str, Any], quantity: Decimal, at: datetime) -> None:
        product_id = reading.product_id(product)
        properties = {key: value for key, value in product.items() if key != "products"}
        for line in self.lines:
            if (line.product_id, line.at) == (product_id, at):
                line.quantity += quantity
                line.properties = max(line.properties, properties, key=reading.written)
                return
        # What was put in and taken out at that same moment is there again.
        self.ended = [line for line in self.ended if (line.product_id, line.at) != (product_id, at)]
        self.lines.append(Line(product_id, at, quantity, properties))

    def _remove(self, one: Happening) -> None:
        product_id = reading.product_id(one.properties)
        if not product_id:
            return
        said = reading.number(one.properties.get("quantity"))
        self._take_out(product_id, said if said and said > 0 else None, one.at)

    def _take_out(self, product_id: str, quantity: Decimal | None, at: datetime) -> None:
        """So many of a product, the newest first; None: all."""
        lines = sorted(
            (line for line in self.lines if line.product_id == product_id), key=lambda line: line.at
        )
        while lines and (quantity is None or quantity > 0):
            line = lines.pop()
            if quantity is not None and line.quantity > quantity:
                line.quantity -= quantity
                return
            if quantity is not None:
                quantity -= line.quantity
            self._end([line], at)

    def _see(self, one: Happening) -> None:
        """What lies in it, as the shop says."""
        listed = reading.products(one.properties)
        if one.name == CHECKOUT:
            self.checkout_at = one.at
        if listed is None or (one.name == CHECKOUT and not listed):
            return
        seen: dict[str, Decimal] = {}
        told: dict[str, dict[str, Any]] = {}
        for product in listed:
            product_id = reading.product_id(product)
            seen[product_id] = seen.get(product_id, Decimal(0)) + reading.quantity(product)
            told.setdefault(product_id, product)
        for product_id in {line.product_id for line in self.lines} | seen.keys():
            has = sum((line.quantity for line in self.lines if line.product_id == product_id), Decimal(0))
            more = seen.get(product_id, Decimal(0)) - has
            if more > 0:
                self._put(told[product_id], more, one.at)
            elif more < 0:
                self._take_out(product_id, -more, one.at)

    def _end(self, lines: Iterable[Line], at: datetime) -> None:
        ending = list(lines)
        for line in ending:
            line.ended_at = at
        self.ended += ending
        self.lines = [line for line in self.lines if line.ended_at is None]


def _place(one: Happening) -> tuple[datetime, int, str]:
    return one.at, RANK.index(one.name), reading.written(one.properties)
