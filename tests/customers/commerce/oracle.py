"""What the commerce events mean, told a second time in plain Python over one customer's events."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

ORDER = (
    "Product Added",
    "Cart Viewed",
    "Checkout Started",
    "Coupon Applied",
    "Product Removed",
    "Order Completed",
)


@dataclass
class Happened:
    """One event."""

    name: str
    at: datetime
    properties: dict[str, Any]


def orders(events: list[Happened]) -> dict[str, dict[str, Any]]:
    """The orders by their numbers; all events here have one."""
    by_order = defaultdict(list)
    for event in events:
        if event.name.startswith("Order"):
            by_order[event.properties["order_id"]].append(event)
    return {order_id: _order(some) for order_id, some in by_order.items()}


def _order(events: list[Happened]) -> dict[str, Any]:
    def moments(name: str) -> list[datetime]:
        return [event.at for event in events if event.name == name]

    telling = [event for event in events if event.name in ("Order Completed", "Order Updated")]

    def newest(key: str) -> Any:
        said = [event for event in telling if key in event.properties]
        last = max((event.at for event in said), default=None)
        values = [event.properties[key] for event in said if event.at == last]
        return max(values, default=None, key=lambda value: f"{value:.4f}" if key == "total" else str(value))

    back = [event.properties.get("total") for event in events if event.name == "Order Refunded"]
    return {
        "placed": min(moments("Order Completed"), default=None),
        "total": newest("total"),
        "coupon": newest("coupon") or "",
        "cancelled": min(moments("Order Cancelled"), default=None),
        "refunded_at": max(moments("Order Refunded"), default=None),
        "refunded": sum((amount for amount in back if amount is not None), 0),
        "is_whole": None in back,
    }


def cart(events: list[Happened]) -> dict[str, Any]:
    """What lies in the cart: each piece with the moment it was put in; the coupon, the checkout."""
    pieces: list[tuple[str, datetime]] = []  # each piece with the moment it was put in
    checkout, coupon = None, ""
    for event in sorted(
        (event for event in events if event.name in ORDER),
        key=lambda event: (event.at, ORDER.index(event.name), _json(event.properties)),
    ):
        told = event.properties
        if event.name == "Product Added":
            pieces += [(told["product_id"], event.at)] * told.get("quantity", 1)
        elif event.name == "Product Removed":
            pieces = _without(pieces, told["product_id"], told.get("quantity"))
        elif event.name == "Order Completed":
            pieces, checkout, coupon = [], None, ""
        elif event.name == "Coupon Applied":
            coupon = told["coupon_name"]
        else:
            checkout = event.at if event.name == "Checkout Started" else checkout
            if event.name == "Cart Viewed" or told["products"]:
                pieces = _as_seen(pieces, told["products"], event.at)
    return {
        "pieces": sorted(pieces),
        "checkout": checkout,
        "coupon": coupon,
        "opened": min((at for _of, at in pieces), default=None),
    }


def _json(properties: dict[str, Any]) -> str:
    return json.dumps(properties, sort_keys=True, separators=(",", ":"))


def _without(pieces: list[tuple[str, datetime]], of: str, many: int | None) -> list[tuple[str, datetime]]:
    """The newest pieces go first."""
    mine = sorted(piece for piece in pieces if piece[0] == of)
    others = [piece for piece in pieces if piece[0] != of]
    return others + (mine[: max(len(mine) - many, 0)] if many else [])


def _as_seen(
    pieces: list[tuple[str, datetime]], seen: list[dict[str, Any]], at: datetime
) -> list[tuple[str, datetime]]:
    wanted: dict[str, int] = defaultdict(int)
    for product in seen:
        wanted[product["product_id"]] += product.get("quantity", 1)
    for of in {piece[0] for piece in pieces} | wanted.keys():
        has = sum(piece[0] == of for piece in pieces)
        if has > wanted[of]:
            pieces = _without(pieces, of, has - wanted[of])
        else:
            pieces = pieces + [(of, at)] * (wanted[of] - has)
    return pieces


def product_names(events: list[Happened]) -> dict[str, str]:
    """The newest name of each product that the events tell of themselves."""
    found: dict[str, tuple[datetime, str]] = {}
    for event in events:
        if event.name in ("Product Viewed", "Product Added", "Product Removed"):
            of, name = event.properties["product_id"], event.properties.get("name", "")
            if name:
                found[of] = max(found.get(of, (event.at, name)), (event.at, name))
    return {of: name for of, (_at, name) in found.items()}


def money(value: Any) -> Decimal | None:
    """As the rows keep it."""
    return None if value is None else Decimal(value).quantize(Decimal("0.0001"))
