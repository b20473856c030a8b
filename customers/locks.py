"""The lock of whoever decides about a person: the customer's row."""

from collections.abc import Iterable

from django.db import connection

from customers.copying import numbers

LOCK = "SELECT id FROM customers_customer WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"


def lock_customers(customer_ids: Iterable[int]) -> list[int]:
    """Lock customers' rows, in the order of their ids, until the commit; returns the ids that there are.

    A statement of its own, so that all that is read after it is as fresh as the lock (READ COMMITTED).
    """
    ids = set(customer_ids)
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [numbers(ids)])
        return [row[0] for row in cursor.fetchall()]
