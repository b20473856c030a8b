"""The floor of stage_flow: the moves of a year and the medians of their stays, by one statement."""

from datetime import datetime

import psycopg

FLOWS = """
    SELECT from_stage_id, to_stage_id, count(*),
           percentile_disc(0.5) WITHIN GROUP (ORDER BY moved_at - from_since)
    FROM customers_stagemove WHERE moved_at >= %s AND moved_at < %s GROUP BY 1, 2
"""


def count_flows(database_url: str, start: datetime, end: datetime) -> int:
    """How many pairs of stages there are."""
    with psycopg.connect(database_url) as connection:
        return len(connection.execute(FLOWS, [start, end]).fetchall())
