"""The rows of carts. The caller holds the events' lock, and has written the events.

Events that are newer than all that a cart knows go on from what lies in it. Where one comes late, its part
of the history is made anew out of the events: from the order before it to the one after it, for an order
empties a cart.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from customers.commerce.carts import Content, Line
from customers.commerce.catalogue import completed
from customers.commerce.product_rows import kept_facts
from customers.commerce.reading import COMPLETED, OF_CARTS, Happening, decode, written
from customers.copying import moments, numbers

CARTS = """
    SELECT customer_id, told_at, checkout_at, coupon, currency FROM customers_cart WHERE customer_id = ANY(%s)
"""
# By open_line_of_customer.
LINES = """
    SELECT customer_id, product_id, occurred_at, quantity, properties::text
    FROM customers_cartline WHERE customer_id = ANY(%s) AND ended_at IS NULL
"""
# By event_of_customer, each part of it.
HISTORY = """
    SELECT told.customer_id, span.began_at, span.ended_at, event.name, event.occurred_at,
           event.properties::text
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS told (customer_id, first, last)
    CROSS JOIN LATERAL (
        SELECT (SELECT max(occurred_at) FROM customers_event
                WHERE customer_id = told.customer_id AND name = %s AND occurred_at < told.first) AS began_at,
               (SELECT min(occurred_at) FROM customers_event
                WHERE customer_id = told.customer_id AND name = %s AND occurred_at > told.last) AS ended_at
    ) AS span
    JOIN customers_event AS event
      ON event.customer_id = told.customer_id AND event.name = ANY(%s)
     AND event.occurred_at > coalesce(span.began_at, '-infinity')
     AND event.occurred_at <= coalesce(span.ended_at, 'infinity')
"""
FORGET = """
    DELETE FROM customers_cartline AS line USING jsonb_to_recordset(%s::jsonb) AS part (
        customer_id bigint, began_at timestamptz, ended_at timestamptz)
    WHERE line.customer_id = part.customer_id AND line.occurred_at > coalesce(part.began_at, '-infinity')
      AND line.occurred_at <= coalesce(part.ended_at, 'infinity')
"""
STORE_LINES = """
    INSERT INTO customers_cartline (customer_id, product_id, occurred_at, ended_at, quantity, properties)
    SELECT customer_id, product_id, occurred_at, ended_at, quantity, properties
    FROM jsonb_to_recordset(%s::jsonb) AS told (customer_id bigint, product_id text, occurred_at timestamptz,
         ended_at timestamptz, quantity numeric, properties jsonb)
    ON CONFLICT (customer_id, product_id, occurred_at) DO UPDATE
    SET (ended_at, quantity, properties) = (excluded.ended_at, excluded.quantity, excluded.properties)
    WHERE (customers_cartline.ended_at, customers_cartline.quantity) IS DISTINCT FROM
          (excluded.ended_at, excluded.quantity)
"""
STORE_CARTS = """
    INSERT INTO customers_cart
        (customer_id, told_at, opened_at, checkout_at, coupon, currency, items, value)
    SELECT customer_id, told_at, opened_at, checkout_at, coupon, currency, items, value
    FROM jsonb_to_recordset(%s::jsonb) AS told (customer_id bigint, told_at timestamptz,
         opened_at timestamptz, checkout_at timestamptz, coupon text, currency text, items numeric,
         value numeric)
    ON CONFLICT (customer_id) DO UPDATE SET
        (told_at, opened_at, checkout_at, coupon, currency, items, value)
        = (excluded.told_at, excluded.opened_at, excluded.checkout_at, excluded.coupon, excluded.currency,
           excluded.items, excluded.value)
"""


class Part(NamedTuple):
    """A part of a customer's history: after one order (None: from the beginning) up to another (to now)."""

    customer_id: int
    began_at: datetime | None
    ended_at: datetime | None


def add_carts(happenings: Iterable[Happening]) -> None:
    """Bring the carts up to date with these events."""
    told: dict[int, list[Happening]] = {}
    for one in happenings:
        told.setdefault(one.customer_id, []).append(one)
    if not told:
        return
    kept = _read(list(told))
    late: dict[int, tuple[datetime, datetime]] = {}
    going_on: dict[int, Content] = {}
    for customer_id, some in told.items():
        content = kept.get(customer_id, Content())
        first, last = min(one.at for one in some), max(one.at for one in some)
        if content.told_at and first <= content.told_at:
            late[customer_id] = first, last
        else:
            content.follow(some)
            going_on[customer_id] = content
    _store(going_on, going_on)
    make_anew(late)


def make_anew(spans: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Make the part of each customer's history anew in which the span lies."""
    if not spans:
        return
    firsts, lasts = zip(*spans.values(), strict=True)
    found: dict[Part, list[Happening]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            HISTORY,
            [numbers(spans), moments(firsts), moments(lasts), COMPLETED, COMPLETED, sorted(OF_CARTS)],
        )
        for customer_id, began_at, ended_at, name, at, properties in cursor.fetchall():
            part = Part(customer_id, began_at, ended_at)
            found.setdefault(part, []).append(Happening(customer_id, name, at, decode(properties)))
        cursor.execute(FORGET, [written([part._asdict() for part in found])])
    made = {}
    for part, happenings in found.items():
        made[part] = Content()
        made[part].follow(happenings)
    _store(
        {part.customer_id: content for part, content in made.items()},
        {part.customer_id: content for part, content in made.items() if part.ended_at is None},
    )


def _read(customer_ids: Sequence[int]) -> dict[int, Content]:
    with connection.cursor() as cursor:
        cursor.execute(CARTS, [list(customer_ids)])
        found = {
            customer_id: Content(told_at=told_at, checkout_at=checkout_at, coupon=coupon, currency=currency)
            for customer_id, told_at, checkout_at, coupon, currency in cursor.fetchall()
        }
        if found:
            cursor.execute(LINES, [list(found)])
            for customer_id, product_id, at, quantity, properties in cursor.fetchall():
                found[customer_id].lines.append(Line(product_id, at, quantity, decode(properties)))
    return found


def _store(histories: Mapping[int, Content], carts: Mapping[int, Content]) -> None:
    """Write lines, and of these customers the carts as they are now."""
    lines = [
        (of, line) for of, content in sorted(histories.items()) for line in content.ended + content.lines
    ]
    kept = kept_facts(line.product_id for _of, line in lines)
    for _of, line in lines:
        line.properties = completed(line.properties, kept.get(line.product_id, {}))
    rows = [_line(of, line) for of, line in lines]
    with connection.cursor() as cursor:
        if rows:
            cursor.execute(STORE_LINES, [written(rows)])
        if carts:
            cursor.execute(STORE_CARTS, [written([_cart(of, carts[of]) for of in sorted(carts)])])


def _line(customer_id: int, line: Line) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "product_id": line.product_id,
        "occurred_at": line.at,
        "ended_at": line.ended_at,
        "quantity": line.quantity,
        "properties": line.whole,
    }


def _cart(customer_id: int, content: Content) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "told_at": content.told_at,
        "opened_at": content.opened_at,
        "checkout_at": content.checkout_at,
        "coupon": content.coupon,
        "currency": content.currency,
        "items": content.items,
        "value": content.value,
    }
