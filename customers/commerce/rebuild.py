"""The same rows out of the events that are stored, of some customers or of everybody."""

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import connection, transaction

from customers.commerce import catalogue, orders
from customers.commerce.cart_rows import make_anew
from customers.commerce.fill import own_id, some
from customers.commerce.order_rows import store_orders
from customers.commerce.product_rows import add_products
from customers.commerce.reading import NAMES, OF_CARTS, OF_ORDERS, OF_PRODUCTS, REVIEWED, Happening, decode
from customers.events import lock_events

EVER = datetime(1900, 1, 1, tzinfo=UTC), datetime(2999, 12, 31, tzinfo=UTC)
CHUNK = 500  # customers of one transaction
FORGET_ORDERS = "DELETE FROM customers_order WHERE customer_id = ANY(%s)"
FORGET_CARTS = (
    "DELETE FROM customers_cartline WHERE customer_id = ANY(%s)",
    "DELETE FROM customers_cart WHERE customer_id = ANY(%s)",
)
# By event_of_customer.
TOLD = """
    SELECT id, customer_id, name, occurred_at, properties::text, source_id, message_id FROM customers_event
    WHERE customer_id = ANY(%s) AND name = ANY(%s)
"""
NEXT = """
    SELECT array_agg(id ORDER BY id)
    FROM (SELECT id FROM customers_customer WHERE id > %s ORDER BY id LIMIT %s) AS few
"""
REVIEWS = "SELECT customer_id, occurred_at, properties::text FROM customers_event WHERE name = %s"
UNREVIEWED = "UPDATE customers_product SET reviews = 0, rated = 0, rating_sum = 0 WHERE reviews > 0"


def rebuild(customer_ids: Sequence[int]) -> None:
    """Make orders and carts of these customers anew. The caller holds the events' lock."""
    _rebuild(customer_ids, _told(customer_ids))


def rebuild_after(customer_id: int) -> int | None:
    """Make the rows of the next CHUNK customers anew, and of their products; returns the last of them."""
    with transaction.atomic():
        lock_events()
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [customer_id, CHUNK])
            ids = cursor.fetchone()[0]
        if ids is None:
            return None
        happenings = _told(ids)
        # Said again it changes nothing; reviews are counted, so all of them at once.
        add_products(catalogue.gathered(some(happenings, OF_PRODUCTS - {REVIEWED})))
        _rebuild(ids, happenings)
    return int(ids[-1])


def count_reviews() -> None:
    """Count the reviews of all products anew."""
    with transaction.atomic():
        lock_events()
        with connection.cursor() as cursor:
            cursor.execute(UNREVIEWED)
            cursor.execute(REVIEWS, [REVIEWED])
            told = (Happening(of, REVIEWED, at, decode(said)) for of, at, said in cursor.fetchall())
        add_products(catalogue.gathered(told))


def _rebuild(customer_ids: Sequence[int], happenings: Sequence[Happening]) -> None:
    with connection.cursor() as cursor:
        for statement in (FORGET_ORDERS, *FORGET_CARTS):
            cursor.execute(statement, [list(customer_ids)])
    if told := orders.gathered(some(happenings, OF_ORDERS)):
        store_orders(told)
    make_anew({one.customer_id: EVER for one in some(happenings, OF_CARTS)})


def _told(customer_ids: Sequence[int]) -> list[Happening]:
    with connection.cursor() as cursor:
        cursor.execute(TOLD, [list(customer_ids), sorted(NAMES)])
        return [
            Happening(of, name, at, decode(properties), own_id(event_id, source_id, message_id))
            for event_id, of, name, at, properties, source_id, message_id in cursor.fetchall()
        ]
