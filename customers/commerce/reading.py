"""What the commerce events say, out of properties of any shape; what is wrong there is not said. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from customers.tracking.calls import EPOCH, MICROSECOND, ticks

VIEWED, ADDED, REMOVED = "Product Viewed", "Product Added", "Product Removed"
CART_VIEWED, CHECKOUT = "Cart Viewed", "Checkout Started"
COMPLETED, UPDATED, CANCELLED, REFUNDED = (
    "Order Completed", "Order Updated", "Order Cancelled", "Order Refunded",
)  # fmt: skip
COUPON_APPLIED, COUPON_REMOVED, REVIEWED = "Coupon Applied", "Coupon Removed", "Product Reviewed"

OF_ORDERS = frozenset([COMPLETED, UPDATED, CANCELLED, REFUNDED, COUPON_APPLIED])
OF_CARTS = frozenset([ADDED, REMOVED, CART_VIEWED, CHECKOUT, COMPLETED, COUPON_APPLIED, COUPON_REMOVED])
OF_PRODUCTS = frozenset([VIEWED, ADDED, REMOVED, CART_VIEWED, CHECKOUT, COMPLETED, UPDATED, REVIEWED])
NAMES = OF_ORDERS | OF_CARTS | OF_PRODUCTS

LONGEST = 200
NUMBER = re.compile(r"-?\d{1,13}(\.\d{1,12})?")
MOST = Decimal(10**13)
CENTS = Decimal("0.0001")
ONE = Decimal(1)

# Money never passes through a float: numbers with a point are decimals on both ways.
decode = msgspec.json.Decoder(float_hook=Decimal).decode
_encode = msgspec.json.Encoder(decimal_format="number", order="sorted").encode


class Happening(NamedTuple):
    """One event. `own_id` tells it from all others, for an order without a number of its own."""

    customer_id: int
    name: str
    at: datetime
    properties: dict[str, Any]
    own_id: str = ""


class Said(NamedTuple):
    """A word: when it was said, in microseconds since 1970, and what."""

    at: int
    value: Any


def newer(one: Said, other: Said) -> Said:
    """The word that counts: the later one; of two of the same moment the greater as JSON."""
    if one.at != other.at:
        return one if one.at > other.at else other
    return one if one.value == other.value or written(one.value) > written(other.value) else other


def newest(said: Mapping[str, Said]) -> datetime | None:
    """When the last of some words was said."""
    at = max((one.at for one in said.values()), default=None)
    return None if at is None else EPOCH + at * MICROSECOND


def earlier(said: Mapping[str, Said]) -> dict[str, int]:
    """The moments of those words that were said before the last."""
    at = max((one.at for one in said.values()), default=0)
    return {key: one.at for key, one in said.items() if one.at != at}


def kept(values: Mapping[str, Any], told_at: datetime | None, times: Mapping[str, int]) -> dict[str, Said]:
    """The words that were kept so: what of them is empty was not said."""
    at = ticks(told_at) if told_at else 0
    return {key: Said(times.get(key, at), value) for key, value in values.items() if value not in (None, "")}


def written(value: Any) -> str:
    """The value as JSON, decimals as numbers; the same for what is the same."""
    return _encode(value).decode()


def number(value: Any) -> Decimal | None:
    """A number, also one that is written as a text; None for anything else."""
    if isinstance(value, str) and NUMBER.fullmatch(value.strip()):
        value = Decimal(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    found = Decimal(str(value)) if isinstance(value, float) else Decimal(value)
    return found.quantize(CENTS) if found.is_finite() and abs(found) < MOST else None


def text(value: Any, most: int = LONGEST) -> str:
    """A short text, also of a whole number; nothing for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value.strip()[:most] if isinstance(value, str) else ""


def currency(value: Any) -> str:
    """The three letters of a currency, or nothing."""
    found = text(value).upper()
    return found if len(found) == 3 and found.isascii() and found.isalpha() else ""  # noqa: PLR2004 - ISO 4217


def identifier(value: Any) -> str:
    """An id as text; one that is too long by its digest, so that two of them stay two."""
    found = text(value, 100_000)
    return found if len(found) <= LONGEST else f"#{blake2b(found.encode(), digest_size=16).hexdigest()}"


def product_id(product: Mapping[str, Any]) -> str:
    """What a product goes by: its id, else its SKU; nothing where it has neither."""
    return identifier(product.get("product_id")) or identifier(product.get("sku"))


def quantity(product: Mapping[str, Any]) -> Decimal:
    """How many, or how much, of it; 1 where it is not said."""
    found = number(product.get("quantity"))
    return found if found and found > 0 else ONE.quantize(CENTS)


def products(properties: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The products that an event lists; None where it lists none."""
    listed = properties.get("products")
    if isinstance(listed, dict):
        return [listed]
    return [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else None


def worth(product: Mapping[str, Any]) -> Decimal:
    """Price by quantity; 0 without a price."""
    price = number(product.get("price"))
    return (price * quantity(product)).quantize(CENTS) if price is not None else Decimal(0).quantize(CENTS)


def amount(properties: Mapping[str, Any]) -> Decimal | None:
    """What an order or a refund comes to: `total`, else `revenue`, else `value`."""
    found = (number(properties.get(key)) for key in ("total", "revenue", "value"))
    return next((one for one in found if one is not None), None)


def coupon(properties: Mapping[str, Any]) -> str:
    """The coupon of a Coupon Applied."""
    return text(properties.get("coupon_name")) or text(properties.get("coupon_id"))
