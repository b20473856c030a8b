"""What must always hold, as queries over the whole installation: each counts what breaks it."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from channels.ledger import over_cap
from journeys.queries import stuck

# Rows that no constraint can forbid because they concern two tables, or the clock.
TWO_MESSAGES = """
    SELECT count(*) FROM (
        SELECT FROM channels_message WHERE enrollment_id IS NOT NULL
        GROUP BY enrollment_id, step, visit HAVING count(*) > 1
    ) doubled
"""
TWO_ENROLLMENTS = """
    SELECT count(*) FROM (
        SELECT FROM journeys_enrollment WHERE standing <> 'ended'
        GROUP BY journey_id, customer_id, key HAVING count(*) > 1
    ) doubled
"""
TWO_EFFECTS = """
    SELECT count(*) FROM (
        SELECT FROM customers_event WHERE message_id <> '' AND name NOT LIKE '$%%'
        GROUP BY message_id HAVING count(*) > 1
    ) doubled
"""
FORGOTTEN_LEASES = """
    SELECT count(*) FROM channels_message
    WHERE state = 'sending' AND lease_until < clock_timestamp() - interval '1 minute'
"""
# The sweep that is under way, and the one before it.
REPAIRED = """
    SELECT coalesce(sum(missing + surplus + misplaced), 0)
    FROM (SELECT missing, surplus, misplaced FROM customers_repairsweep ORDER BY id DESC LIMIT 2) AS latest
"""


def broken(now: datetime) -> dict[str, int]:
    """How often each invariant is broken, by its name; all 0 on a sound installation."""
    checks: dict[str, Callable[[], int]] = {
        "an enrollment that nothing will move": lambda: len(stuck()),
        "a message over a cap": lambda: len(over_cap(now, ever=True)),
        "a second message of one visit of a step": lambda: _count(TWO_MESSAGES),
        "a second live enrollment of one key": lambda: _count(TWO_ENROLLMENTS),
        "a call that took effect twice": lambda: _count(TWO_EFFECTS),
        "a lease that ran out and was not reaped": lambda: _count(FORGOTTEN_LEASES),
        "a membership or stage that the latest repairs found wrong": lambda: _count(REPAIRED),
    }
    return {name: check() for name, check in checks.items()}


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [])
        return int(cursor.fetchone()[0])
