"""The floor of stage_flow: the moves of a year from stage to stage, counted by one statement."""

from datetime import datetime

import psycopg

FLOWS = """
    SELECT from_stage_id, to_stage_id, count(*), sum(moves)
    FROM (SELECT from_stage_id, to_stage_id, customer_id, count(*) AS moves FROM customers_stagemove
          WHERE moved_at >= %s AND moved_at < %s GROUP BY 1, 2, 3) AS pair
    GROUP BY 1, 2
"""


def count_flows(database_url: str, start: datetime, end: datetime) -> int:
    """How many pairs of stages there are."""
    with psycopg.connect(database_url) as connection:
        return len(connection.execute(FLOWS, [start, end]).fetchall())
