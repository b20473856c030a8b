"""How far two segments share their members."""

from dataclasses import dataclass

from django.db import connection

from customers.models import Segment

# Both sides come in order from the index one_stay_at_a_time and are merged; no row of the table is read.
OVERLAP = """
    SELECT count(one.customer_id) FILTER (WHERE other.customer_id IS NULL),
           count(one.customer_id) FILTER (WHERE other.customer_id IS NOT NULL),
           count(other.customer_id) FILTER (WHERE one.customer_id IS NULL)
    FROM (SELECT customer_id FROM customers_membership
          WHERE segment_id = %s AND left_at IS NULL) AS one
    FULL JOIN (SELECT customer_id FROM customers_membership
               WHERE segment_id = %s AND left_at IS NULL) AS other
           ON one.customer_id = other.customer_id
"""


@dataclass(frozen=True)
class Overlap:
    """How many are in the one segment only, in both, in the other only."""

    one: int
    both: int
    other: int

    @property
    def all(self) -> int:
        """How many are in either."""
        return self.one + self.both + self.other


def overlap(one: Segment, other: Segment) -> Overlap:
    """The present members of two segments: one query."""
    with connection.cursor() as cursor:
        cursor.execute(OVERLAP, [one.pk, other.pk])
        return Overlap(*(cursor.fetchone() or ()))
