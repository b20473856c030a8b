"""From events that were just written to the rows of products, orders and carts: a few statements for a batch.

The rows are what the events say, whatever order these come in; each event is told once, as it is written
once.
"""

from collections.abc import Iterable, Sequence

import msgspec

from customers.commerce import catalogue, orders
from customers.commerce.cart_rows import add_carts
from customers.commerce.order_rows import add_orders
from customers.commerce.product_rows import add_products
from customers.commerce.reading import NAMES, OF_CARTS, OF_ORDERS, OF_PRODUCTS, Happening, decode
from customers.events import NewEvent


def add_events(events: Sequence[NewEvent], ids: Sequence[int]) -> None:
    """Take these events in, of which the last statement wrote the rows. The caller holds the events' lock."""
    add_happenings(
        _read(event, event_id) for event, event_id in zip(events, ids, strict=True) if event.name in NAMES
    )


def add_happenings(happenings: Iterable[Happening]) -> None:
    """The same of events that were read already."""
    told = list(happenings)
    if told:
        add_products(catalogue.gathered(some(told, OF_PRODUCTS)))
        add_orders(orders.gathered(some(told, OF_ORDERS)))
        add_carts(some(told, OF_CARTS))


def some(happenings: Iterable[Happening], names: frozenset[str]) -> list[Happening]:
    """Those of these names."""
    return [one for one in happenings if one.name in names]


def own_id(event_id: int, source_id: int | None, message_id: str) -> str:
    """What tells an event from all others: the message of its source, else its row."""
    return f"{source_id or ''}:{message_id}" if message_id else str(event_id)


def _read(event: NewEvent, event_id: int) -> Happening:
    raw = event.properties
    text = raw if isinstance(raw, msgspec.Raw) else msgspec.json.encode(raw)
    properties = decode(text)
    return Happening(
        event.customer_id,
        event.name,
        event.occurred_at,
        properties if isinstance(properties, dict) else {},
        own_id(event_id, event.source_id, event.message_id),
    )
