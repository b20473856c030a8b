"""The floor of merge: the events handed over, by one statement in the same table with its indexes."""

import psycopg

HAND_OVER = "UPDATE customers_event SET customer_id = %s WHERE customer_id = %s"


def hand_over(database_url: str, old_id: int, customer_id: int) -> int:
    """How many events there were."""
    with psycopg.connect(database_url) as connection:
        return connection.execute(HAND_OVER, [customer_id, old_id]).rowcount
