"""What events say of products: of each fact the newest word, none against what the catalogue says. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from customers.commerce import reading
from customers.commerce.orders import Said
from customers.commerce.reading import CART_VIEWED, CHECKOUT, COMPLETED, REVIEWED, UPDATED, Happening
from customers.tracking.calls import EPOCH, MICROSECOND, ticks

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
                self.said[key] = max(self.said.get(key, said), said)
        self.reviews += other.reviews
        self.rated += other.rated
        self.rating_sum += other.rating_sum

    @property
    def values(self) -> dict[str, Any]:
        """The facts that are known."""
        return {key: reading.decode(said.value) for key, said in self.said.items()}

    @property
    def told_at(self) -> datetime | None:
        """When the newest of it was said."""
        newest = max((said.at for said in self.said.values()), default=None)
        return None if newest is None else EPOCH + newest * MICROSECOND

    @property
    def times(self) -> dict[str, int]:
        """The moments of what was said earlier than that."""
        newest = max((said.at for said in self.said.values()), default=0)
        return {key: said.at for key, said in self.said.items() if said.at != newest}


def keep(facts: Facts, told: Mapping[str, Any], at: datetime) -> None:
    """Put what a file or the API tells in the place of what was known; an empty value forgets it."""
    for key, value in told.items():
        if value in (None, ""):
            facts.said.pop(key, None)
        else:
            facts.said[key] = Said(ticks(at), reading.written(value))
    given = {key for key, value in told.items() if value not in (None, "")}
    facts.kept = (facts.kept - told.keys()) | given


def known(values: Mapping[str, Any], told_at: datetime | None, times: Mapping[str, int]) -> dict[str, Said]:
    """The words about a product as they are kept."""
    newest = ticks(told_at) if told_at else 0
    return {
        key: Said(times.get(key, newest), reading.written(value))
        for key, value in values.items()
        if value not in (None, "")
    }


def gathered(happenings: Iterable[Happening]) -> dict[str, Facts]:
    """What events say of products, by their ids."""
    found: dict[str, Facts] = {}
    for one in happenings:
        for product in _products(one):
            if product_id := reading.product_id(product):
                found.setdefault(product_id, Facts()).join(_read(one, product))
    return found


def _products(one: Happening) -> Iterator[dict[str, Any]]:
    if one.name in LISTING:
        yield from reading.products(one.properties) or []
    else:
        yield one.properties


def _read(one: Happening, product: Mapping[str, Any]) -> Facts:
    at = ticks(one.at)
    if one.name == REVIEWED:
        rating = reading.number(product.get("rating"))
        return Facts(reviews=1, rated=int(rating is not None), rating_sum=rating or Decimal(0))
    values = facts_of(product, one.properties)
    return Facts({key: Said(at, reading.written(value)) for key, value in values.items()})


def facts_of(product: Mapping[str, Any], around: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that are told of a product; its currency also by what stands around it."""
    found: dict[str, Any] = {key: reading.text(product.get(key), most) for key, most in LENGTHS.items()}
    found["price"] = reading.number(product.get("price"))
    found["currency"] = reading.currency(product.get("currency") or around.get("currency"))
    return {key: value for key, value in found.items() if value not in (None, "")}


def completed(product: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """A product of an order or a cart, with what the catalogue says where the event says nothing."""
    told = {key: value for key, value in product.items() if value not in (None, "")}
    return {**kept, **told} if kept else product
