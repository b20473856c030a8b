"""What is known of one order, out of its events: the same whatever order they come in. Pure.

Each event says something, and words join: of each key the newest counts (of two of the same moment the
greater one as JSON), an order is placed and cancelled when that is first said, and refunds add up.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from customers.commerce import reading
from customers.commerce.reading import (
    CANCELLED,
    COMPLETED,
    COUPON_APPLIED,
    REFUNDED,
    Happening,
    Said,
    kept,
    newer,
)
from customers.tracking.calls import ticks

OURS = ("refunded", "refunded_at", "cancelled_at")
NOTHING = Decimal(0).quantize(reading.CENTS)


@dataclass
class Told:
    """What is known of one order."""

    placed_at: datetime | None = None
    said: dict[str, Said] = field(default_factory=dict)
    cancelled_at: datetime | None = None
    refunded_at: datetime | None = None
    refunded: Decimal = NOTHING
    is_refunded_whole: bool = False

    def join(self, other: "Told") -> None:
        """Take in what is known from elsewhere."""
        self.placed_at = _earlier(self.placed_at, other.placed_at)
        self.cancelled_at = _earlier(self.cancelled_at, other.cancelled_at)
        self.refunded_at = max(filter(None, [self.refunded_at, other.refunded_at]), default=None)
        self.refunded += other.refunded
        self.is_refunded_whole |= other.is_refunded_whole
        for key, said in other.said.items():
            self.said[key] = newer(self.said[key], said) if key in self.said else said

    @property
    def properties(self) -> dict[str, Any]:
        """All that was said, and what became of it."""
        found = {key: said.value for key, said in self.said.items()}
        if self.cancelled_at:
            found["cancelled_at"] = self.cancelled_at.isoformat()
        if self.refunded_at:
            whole = reading.number(found.get("total")) or NOTHING
            found["refunded_at"] = self.refunded_at.isoformat()
            found["refunded"] = whole if self.is_refunded_whole else self.refunded
        return found


def known(
    properties: Mapping[str, Any], told_at: datetime | None, times: Mapping[str, int]
) -> dict[str, Said]:
    """The words of an order as it is kept."""
    return kept({key: value for key, value in properties.items() if key not in OURS}, told_at, times)


def order_of(one: Happening) -> str:
    """The id of the order that an event is about; nothing where it can't be told."""
    if found := reading.identifier(one.properties.get("order_id")):
        return found if not found.startswith("$") else f" {found}"[:300]
    return f"${one.own_id}" if one.name == COMPLETED else ""


def read(one: Happening) -> Told:
    """What one event says of its order."""
    if one.name == CANCELLED:
        return Told(cancelled_at=one.at)
    if one.name == REFUNDED:
        back = _refunded(one.properties)
        return Told(refunded_at=one.at, refunded=back or NOTHING, is_refunded_whole=back is None)
    told = Told(placed_at=one.at if one.name == COMPLETED else None)
    if one.name == COUPON_APPLIED:
        words = {"coupon": reading.coupon(one.properties)}
    else:
        words = _words(one.properties)
    at = ticks(one.at)
    told.said = {key: Said(at, value) for key, value in words.items() if value not in (None, "")}
    return told


def gathered(happenings: Iterable[Happening]) -> dict[tuple[int, str], Told]:
    """What events say, by customer and order."""
    found: dict[tuple[int, str], Told] = {}
    for one in happenings:
        if order_id := order_of(one):
            found.setdefault((one.customer_id, order_id), Told()).join(read(one))
    return found


def _words(properties: Mapping[str, Any]) -> dict[str, Any]:
    """What an order's own event says; its products as a list of objects, its total as a number."""
    words = {key: value for key, value in properties.items() if key not in OURS}
    words["products"] = reading.products(properties) or None
    words["total"] = reading.amount(properties)
    return words


def _refunded(properties: Mapping[str, Any]) -> Decimal | None:
    """How much is paid back; None: the whole of it."""
    found = reading.amount(properties)
    if found is not None:
        return abs(found)
    listed = reading.products(properties)
    return sum(map(reading.worth, listed), NOTHING) if listed else None


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(filter(None, [one, other]), default=None)
