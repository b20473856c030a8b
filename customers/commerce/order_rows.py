"""The rows of orders: what events say joins what is kept. The caller holds the events' lock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection

from customers.commerce import reading
from customers.commerce.catalogue import completed
from customers.commerce.orders import Told, known
from customers.commerce.product_rows import kept_facts
from customers.commerce.reading import decode, written
from customers.copying import numbers, texts

Key = tuple[int, str]  # the customer, the order's id

COLUMNS = """
    occurred_at, properties::text, times::text, told_at, cancelled_at, refunded_at, refunded,
    is_refunded_whole
"""
READ = f"""
    SELECT customer_id, order_id, {COLUMNS}
    FROM customers_order JOIN unnest(%s::bigint[], %s::text[]) AS asked (customer_id, order_id)
         USING (customer_id, order_id)
"""
STORE = """
    INSERT INTO customers_order
        (customer_id, order_id, occurred_at, properties, times, told_at, total, currency, coupon,
         cancelled_at, refunded_at, refunded, is_refunded_whole)
    SELECT customer_id, order_id, occurred_at, properties, times, told_at, total, currency, coupon,
           cancelled_at, refunded_at, refunded, is_refunded_whole
    FROM jsonb_to_recordset(%s::jsonb) AS told (
        customer_id bigint, order_id text, occurred_at timestamptz, properties jsonb, times jsonb,
        told_at timestamptz, total numeric, currency text, coupon text, cancelled_at timestamptz,
        refunded_at timestamptz, refunded numeric, is_refunded_whole boolean)
    ON CONFLICT (customer_id, order_id) DO UPDATE SET
        (occurred_at, properties, times, told_at, total, currency, coupon, cancelled_at, refunded_at,
         refunded, is_refunded_whole)
        = (excluded.occurred_at, excluded.properties, excluded.times, excluded.told_at, excluded.total,
           excluded.currency, excluded.coupon, excluded.cancelled_at, excluded.refunded_at, excluded.refunded,
           excluded.is_refunded_whole)
"""


def add_orders(told: Mapping[Key, Told]) -> None:
    """Join what events say of orders to what is kept."""
    if told:
        kept = _read(told)
        for key, one in told.items():
            kept.setdefault(key, Told()).join(one)
        store_orders(kept)


def store_orders(orders: Mapping[Key, Told]) -> None:
    """Write them, new ones and known; their products with what the catalogue says."""
    whole = {key: told.properties for key, told in orders.items()}
    lines = [line for properties in whole.values() for line in properties.get("products", [])]
    kept = kept_facts(map(reading.product_id, lines))
    rows = [_row(key, orders[key], properties, kept) for key, properties in sorted(whole.items())]
    with connection.cursor() as cursor:
        cursor.execute(STORE, [written(rows)])


def _row(
    key: Key, told: Told, properties: dict[str, Any], kept: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    if kept and "products" in properties:
        properties["products"] = [
            completed(line, kept.get(reading.product_id(line), {})) for line in properties["products"]
        ]
    return {
        "customer_id": key[0],
        "order_id": key[1],
        "occurred_at": told.placed_at,
        "properties": properties,
        "times": reading.earlier(told.said),
        "told_at": reading.newest(told.said),
        "total": reading.number(properties.get("total")),
        "currency": reading.currency(properties.get("currency")),
        "coupon": reading.text(properties.get("coupon")),
        "cancelled_at": told.cancelled_at,
        "refunded_at": told.refunded_at,
        "refunded": told.refunded,
        "is_refunded_whole": told.is_refunded_whole,
    }


def _read(keys: Iterable[Key]) -> dict[Key, Told]:
    customer_ids, order_ids = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(READ, [numbers(customer_ids), texts(order_ids)])
        return {(row[0], row[1]): told_of(row[2:]) for row in cursor.fetchall()}


def told_of(row: Sequence[Any]) -> Told:
    """What is kept of an order, out of COLUMNS."""
    placed_at, properties, times, told_at, cancelled_at, refunded_at, refunded, is_whole = row
    said = known(decode(properties), told_at, decode(times))
    return Told(placed_at, said, cancelled_at, refunded_at, refunded, is_whole)
