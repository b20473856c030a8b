"""What events say of products: of each fact the newest word, none against what the catalogue says. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from customers.commerce import reading
from customers.commerce.reading import (
    CART_VIEWED,
    CHECKOUT,
    COMPLETED,
    REVIEWED,
    UPDATED,
    Happening,
    Said,
    newer,
)
from customers.tracking.calls import ticks

LENGTHS = {"sku": 200, "name": 300, "category": 200, "brand": 200, "url": 1000, "image_url": 1000}
FACTS = (*LENGTHS, "price", "currency")
LISTING = frozenset([CART_VIEWED, CHECKOUT, COMPLETED, UPDATED])


@dataclass
class Facts:
    """What is known of one product. `kept`: the facts that events do not change."""

    said: dict[str, Said] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    reviews: int = 0
    rated: int = 0
    rating_sum: Decimal = Decimal(0)

    def join(self, other: "Facts") -> None:
        """Take in what events say."""
        for key, said in other.said.items():
            if key not in self.kept:
                self.said[key] = newer(self.said[key], said) if key in self.said else said
        self.reviews += other.reviews
        self.rated += other.rated
        self.rating_sum += other.rating_sum

    @property
    def values(self) -> dict[str, Any]:
        """The facts that are known."""
        return {key: said.value for key, said in self.said.items()}


def keep(facts: Facts, told: Mapping[str, Any], at: datetime) -> None:
    """Put what a file or the API tells in the place of what was known; an empty value forgets it."""
    for key, value in told.items():
        if value in (None, ""):
            facts.said.pop(key, None)
        else:
            facts.said[key] = Said(ticks(at), value)
    given = {key for key, value in told.items() if value not in (None, "")}
    facts.kept = (facts.kept - told.keys()) | given


def gathered(happenings: Iterable[Happening]) -> dict[str, Facts]:
    """What events say of products, by their ids; the newest first, so that of most little is read."""
    found: dict[str, Facts] = {}
    for one in sorted(happenings, key=_moment, reverse=True):
        at, currency = ticks(one.at), one.properties.get("currency")
        for product in _products(one):
            if product_id := reading.product_id(product):
                facts = found.get(product_id) or found.setdefault(product_id, Facts())
                if one.name == REVIEWED:
                    _count(facts, product)
                else:
                    _tell(facts, product, currency, at)
    return found


def _moment(one: Happening) -> datetime:
    return one.at


def _products(one: Happening) -> Iterable[dict[str, Any]]:
    return reading.products(one.properties) or [] if one.name in LISTING else (one.properties,)


def _count(facts: Facts, product: Mapping[str, Any]) -> None:
    rating = reading.number(product.get("rating"))
    facts.reviews += 1
    if rating is not None:
        facts.rated += 1
        facts.rating_sum += rating


def _tell(facts: Facts, product: Mapping[str, Any], currency: Any, at: int) -> None:
    """Take in what is told of a product, where nothing newer was."""
    said = facts.said
    for key, read in READ.items():
        has = said.get(key)
        if has is not None and has.at > at:
            continue
        told = product.get(key)
        if told is None and key == "currency":
            told = currency
        if told is not None and (value := read(told)) not in (None, ""):
            said[key] = Said(at, value) if has is None else newer(has, Said(at, value))


READ: dict[str, Callable[[Any], Any]] = {
    **{key: partial(reading.text, most=most) for key, most in LENGTHS.items()},
    "price": reading.number,
    "currency": reading.currency,
}


def completed(product: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """A product of an order or a cart, with what the catalogue says where the event says nothing."""
    told = {key: value for key, value in product.items() if value not in (None, "")}
    return {**kept, **told} if kept else product
