"""The floor of segment_rebuild: the same rows by hand, each kind by one statement over everybody.

It takes no turns with anybody: one transaction that holds all that it writes to its end.
"""

from datetime import datetime

import psycopg

FOUND = """
    CREATE TEMP TABLE found ON COMMIT DROP AS
    SELECT customer.id, bought.times[2] + interval '90 days' AS due
    FROM customers_customer AS customer
    JOIN (SELECT customer_id, array_agg(occurred_at ORDER BY occurred_at DESC) AS times FROM customers_event
          WHERE name = 'Order Completed' AND occurred_at > %(now)s::timestamptz - interval '90 days'
          GROUP BY customer_id HAVING count(*) >= 2) AS bought ON bought.customer_id = customer.id
    WHERE traits -> 'kids_count' >= '2'
"""
ENTER = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT %(segment)s, id, %(now)s FROM found ORDER BY id
"""
TELL = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT id, '$segment_entered', %(now)s, %(now)s, '{"segment": "bench-found"}' FROM found ORDER BY id
"""
TIME = "UPDATE customers_customer AS customer SET recheck_at = due FROM found WHERE found.id = customer.id"


def fill_segment(database_url: str, segment_id: int, now: datetime) -> None:
    """Everybody's membership, the events of entering and the times of the next look."""
    values = {"segment": segment_id, "now": now}
    with psycopg.connect(database_url) as connection:
        connection.execute("SET LOCAL synchronous_commit TO off")
        for statement in (FOUND, ENTER, TELL, TIME):
            connection.execute(statement, values)
