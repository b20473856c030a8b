"""Two customers, one person: their orders and carts become one's; and each one's own again."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from customers.commerce.cart_rows import make_anew
from customers.commerce.order_rows import COLUMNS, Key, store_orders, told_of
from customers.commerce.orders import Told
from customers.commerce.rebuild import EVER, FORGET_CARTS, rebuild
from customers.copying import numbers
from customers.merge import Merge, remember
from customers.unmerge import Unmerge

# Orders that both have been told of: their rows go, to be joined.
SHARED = f"""
    WITH row AS (
        SELECT row.id, coalesce(merge.customer_id, row.customer_id) AS whose, row.order_id
        FROM customers_order AS row
        LEFT JOIN unnest(%s::bigint[], %s::bigint[]) AS merge (old_id, customer_id)
               ON merge.old_id = row.customer_id
        WHERE row.customer_id = ANY(%s::bigint[])
    ), shared AS (
        SELECT whose, order_id FROM row GROUP BY whose, order_id HAVING count(*) > 1
    )
    DELETE FROM customers_order AS gone USING row JOIN shared USING (whose, order_id)
    WHERE gone.id = row.id
    RETURNING row.whose, row.order_id, {COLUMNS}
"""
MOVE = """
    UPDATE customers_order AS row SET customer_id = merge.customer_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS merge (old_id, customer_id)
    WHERE row.customer_id = merge.old_id
"""
WITH_CARTS = """
    SELECT DISTINCT merge.customer_id FROM unnest(%s::bigint[], %s::bigint[]) AS merge (old_id, customer_id)
    JOIN customers_cart AS cart ON cart.customer_id = merge.old_id
"""

ORDERS_OF = """
    SELECT customer_id, array_agg(order_id) FROM customers_order WHERE customer_id = ANY(%s::bigint[])
    GROUP BY customer_id
"""
WHOLE_ORDERS = f"SELECT order_id, {COLUMNS} FROM customers_order WHERE customer_id = %s"


def move_commerce(merges: Sequence[Merge], now: datetime) -> None:
    """Give orders and carts of the old to those they are now; their events are there already."""
    del now
    old, kept = numbers(one.old_id for one in merges), numbers(one.customer_id for one in merges)
    everybody = numbers(sorted({of for one in merges for of in one}))
    shared: dict[Key, Told] = {}
    with connection.cursor() as cursor:
        cursor.execute(SHARED, [old, kept, everybody])
        for whose, order_id, *row in cursor.fetchall():
            shared.setdefault((whose, order_id), Told()).join(told_of(row))
        cursor.execute(MOVE, [old, kept])
        cursor.execute(WITH_CARTS, [old, kept])
        touched = [row[0] for row in cursor.fetchall()]
        for statement in FORGET_CARTS:
            cursor.execute(statement, [[*touched, *(one.old_id for one in merges)]])
    if shared:
        store_orders(shared)
    make_anew(dict.fromkeys(touched, EVER))


def remember_commerce(merges: Sequence[Merge], now: datetime) -> None:
    """Keep which orders are whose."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(ORDERS_OF, [numbers(one.old_id for one in merges)])
        remember("orders", dict(cursor.fetchall()))


def part_commerce(undone: Unmerge, now: datetime) -> None:
    """Make the orders and carts of both anew; the events of each are theirs again.

    An order whose events were deleted since (`customers.retention`) goes back as it is.
    """
    del now
    both = [undone.old_id, undone.customer_id]
    theirs = set(undone.remembered.get("orders", []))
    with connection.cursor() as cursor:
        cursor.execute(WHOLE_ORDERS, [undone.customer_id])
        before = {order_id: told_of(row) for order_id, *row in cursor.fetchall()}
        rebuild(both)
        cursor.execute(ORDERS_OF, [both])
        there = {order_id for _customer_id, ids in cursor.fetchall() for order_id in ids}
    store_orders(
        {
            (undone.old_id if order_id in theirs else undone.customer_id, order_id): told
            for order_id, told in before.items()
            if order_id not in there
        }
    )
