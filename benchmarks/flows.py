"""The flow between the stages over a year: who moved from where to where, four moves each."""

import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

from benchmarks.figure import Figure, in_turns
from benchmarks.floors.flows import count_flows
from benchmarks.size import Size
from insights.flow import flow_report

YEAR = timedelta(days=365)
# Of the customers whose number is greater than `after`.
MOVES = """
    INSERT INTO customers_stagemove (customer_id, from_stage_id, to_stage_id, from_since, moved_at)
    SELECT id, lag(stage) OVER way, stage, lag(at) OVER way, at FROM (
        SELECT id, 1 + abs(hashint8(id * 4 + k)::bigint) %% 7, k,
               %(now)s::timestamptz
               - make_interval(secs => 7800000 * (3 - k) + abs(hashint8(id)::bigint) %% 7000000)
        FROM customers_customer, generate_series(0, 3) AS k WHERE id > %(after)s) AS stay (id, stage, k, at)
    WINDOW way AS (PARTITION BY id ORDER BY k)
"""


def measure(size: Size, database_url: str, now: datetime) -> list[Figure]:
    """Ours and the floor's, in turns."""
    with connection.cursor() as cursor:
        cursor.execute(MOVES, {"now": now, "after": 0})
        cursor.execute("VACUUM (ANALYZE) customers_stagemove")
    ours, floor = in_turns(
        size.runs,
        lambda: _seconds(lambda: flow_report(now - YEAR, now, now)),
        lambda: _seconds(lambda: count_flows(database_url, now - YEAR, now)),
    )
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE customers_stagemove")
    return [Figure("stage_flow", 1000 * statistics.median(ours), "ms", 1000 * statistics.median(floor))]


def _seconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started
