"""A segment's members among a range of customers, found and written by a handful of statements.

The caller holds the events' lock: so nothing that rules read changes meanwhile, and the customers' rows are
only locked where they are written, in the order of their ids.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from customers.events import write_alike
from customers.models import Segment
from customers.rules import Rule, answers

# Counts on event_of_customer for the range's events, and on one_stay_at_a_time for the stays.
REMAKE = """
    WITH answer AS MATERIALIZED (
        SELECT * FROM ({answers} OFFSET 0) AS asked (id, recheck_at, holds, told)
        WHERE holds OR told < coalesce(recheck_at, 'infinity')
    ),
    due AS MATERIALIZED (
        SELECT asked.id, asked.told
        FROM (SELECT id, told FROM answer WHERE told < coalesce(recheck_at, 'infinity') ORDER BY id) AS asked,
            LATERAL (
                SELECT FROM customers_customer AS customer WHERE customer.id = asked.id FOR NO KEY UPDATE
            ) AS locked
    ),
    timed AS (
        UPDATE customers_customer AS customer SET recheck_at = due.told FROM due
        WHERE customer.id = due.id AND customer.id > {after} AND customer.id <= {last}
    ),
    stay AS MATERIALIZED (
        SELECT customer_id FROM customers_membership
        WHERE segment_id = {segment} AND left_at IS NULL
          AND customer_id > {after} AND customer_id <= {last}
    ),
    gone AS (
        UPDATE customers_membership AS stay SET left_at = %s
        WHERE stay.segment_id = {segment} AND stay.left_at IS NULL
          AND stay.customer_id > {after} AND stay.customer_id <= {last}
          AND NOT EXISTS (SELECT FROM answer WHERE answer.id = stay.customer_id AND answer.holds)
        RETURNING stay.customer_id
    ),
    come AS (
        INSERT INTO customers_membership (segment_id, customer_id, entered_at)
        SELECT {segment}, answer.id, %s FROM answer
        WHERE answer.holds AND NOT EXISTS (SELECT FROM stay WHERE stay.customer_id = answer.id)
        ORDER BY answer.id
        RETURNING customer_id
    )
    SELECT ARRAY(SELECT customer_id FROM gone ORDER BY 1), ARRAY(SELECT customer_id FROM come ORDER BY 1)
"""


def remake(segment: Segment, rule: Rule, after: int, last: int, now: datetime) -> list[int]:
    """Make the segment's stays true for the customers whose ids lie after `after`, up to `last`.

    Tells each change as an event; brings the time of the next look forward; returns who came or went.
    """
    with connection.cursor() as cursor:
        cursor.execute(*remaking(segment.pk, rule, after, last, now))
        gone, come = cursor.fetchone()
    write_alike("$segment_left", {"segment": segment.slug}, gone, now)
    write_alike("$segment_entered", {"segment": segment.slug}, come, now)
    return [*gone, *come]


def remaking(segment_id: int, rule: Rule, after: int, last: int, now: datetime) -> tuple[str, list[Any]]:
    """The statement that writes the stays and the times, and returns who went and who came."""
    sql, params = answers(rule, after, last, now).query.sql_with_params()
    statement = REMAKE.format(answers=sql, segment=segment_id, after=after, last=last)
    return statement, [*params, now, now]
