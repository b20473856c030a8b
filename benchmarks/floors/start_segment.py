"""The floor of start_rate: the same enrollments by hand, one statement a chunk, asking nobody anything."""

from datetime import datetime

import psycopg

CHUNK = 2500
ENROLL = """
    INSERT INTO journeys_enrollment (journey_id, version_id, customer_id, context, step, reached_at, due_at,
        entered_at)
    SELECT %(journey)s, %(version)s, customer_id, '{"name": "$started"}', 'stay', %(now)s, %(now)s, %(now)s
    FROM customers_membership WHERE segment_id = %(segment)s AND customer_id > %(last)s
    ORDER BY customer_id LIMIT %(chunk)s RETURNING customer_id
"""


def enroll_members(
    database_url: str, journey_id: int, version_id: int, segment_id: int, now: datetime
) -> None:
    """Enrollments of all members of a segment at the step `stay`."""
    values = {"journey": journey_id, "version": version_id, "segment": segment_id, "now": now}
    last, enrolled = 0, [0]
    with psycopg.connect(database_url) as connection:
        while enrolled:
            with connection.transaction():
                connection.execute("SET LOCAL synchronous_commit TO off")
                found = connection.execute(ENROLL, values | {"last": last, "chunk": CHUNK}).fetchall()
            enrolled = [row[0] for row in found]
            last = max(enrolled, default=last)
