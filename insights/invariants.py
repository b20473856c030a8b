"""What must always hold, as queries over the whole installation: each counts what breaks it."""

from collections.abc import Callable
from datetime import datetime

from django.db import connection

from channels.ledger import over_cap
from journeys.queries import stuck

# What no constraint can forbid, because it concerns two tables or the clock, and what constraints do forbid,
# asked of the rows themselves. Each query counts rows that break the invariant of its name.
QUERIES = {
    "a second message of one visit of a step": """
        SELECT count(*) FROM (
            SELECT FROM channels_message WHERE enrollment_id IS NOT NULL
            GROUP BY enrollment_id, step, visit HAVING count(*) > 1
        ) doubled
    """,
    "a second message of one member of a broadcast": """
        SELECT count(*) FROM (
            SELECT FROM channels_message WHERE source = 'broadcast' AND step = ''
            GROUP BY source_id, customer_id HAVING count(*) > 1
        ) doubled
    """,
    "a second live enrollment of one key": """
        SELECT count(*) FROM (
            SELECT FROM journeys_enrollment WHERE standing <> 'ended'
            GROUP BY journey_id, customer_id, key HAVING count(*) > 1
        ) doubled
    """,
    # A source's message ids are its own, and are remembered for two days.
    "a call that took effect twice": """
        SELECT count(*) FROM (
            SELECT FROM customers_event WHERE message_id <> '' AND name NOT LIKE '$%%'
            GROUP BY source_id, message_id HAVING max(received_at) - min(received_at) < interval '2 days'
               AND count(*) > 1
        ) doubled
    """,
    "a passed visit of a send step without its message": """
        SELECT count(*) FROM journeys_steplog passed
        WHERE passed.branch IN ('sent', 'not_sent')
          AND NOT EXISTS (SELECT FROM channels_message message
                          WHERE message.enrollment_id = passed.enrollment_id AND message.step = passed.step
                            AND message.visit = passed.visit)
    """,
    "an open message that nothing will look at": """
        SELECT count(*) FROM channels_message
        WHERE state IN ('queued', 'held') AND due_at IS NULL
          AND NOT EXISTS (SELECT FROM channels_pausedsource paused
                          WHERE paused.source = channels_message.source
                            AND paused.source_id = channels_message.source_id)
    """,
    "a message that is sending without a lease": """
        SELECT count(*) FROM channels_message
        WHERE state = 'sending' AND (lease_until IS NULL OR lease_token IS NULL)
    """,
    "a lease that ran out and was not reaped": """
        SELECT count(*) FROM channels_message
        WHERE state = 'sending' AND lease_until < clock_timestamp() - interval '1 minute'
    """,
    "a message that may have gone out and counts in no cap": """
        SELECT count(*) FROM channels_message
        WHERE state IN ('sending', 'sent', 'uncertain') AND slot_at IS NULL AND NOT is_transactional
    """,
    "a message with a fate and no time of it": """
        SELECT count(*) FROM channels_message
        WHERE state NOT IN ('queued', 'held', 'sending') AND closed_at IS NULL
    """,
    "a finished broadcast with something left to send": """
        SELECT count(*) FROM campaigns_broadcast broadcast
        WHERE state = 'finished' AND EXISTS (
            SELECT FROM channels_message WHERE source = 'broadcast' AND source_id = broadcast.id
              AND state IN ('queued', 'held', 'sending'))
    """,
    "a listener that is ahead of the events": """
        SELECT count(*) FROM journeys_eventcursor
        WHERE last_event_id > (SELECT last_value FROM customers_event_id_seq)
    """,
    # The sweep that is under way, and the one before it.
    "a membership or stage that the latest repairs found wrong": """
        SELECT coalesce(sum(missing + surplus + misplaced), 0)
        FROM (
            SELECT missing, surplus, misplaced FROM customers_repairsweep ORDER BY id DESC LIMIT 2
        ) latest
    """,
}


def broken(now: datetime) -> dict[str, int]:
    """How often each invariant is broken, by its name; all 0 on a sound installation."""
    checks: dict[str, Callable[[], int]] = {
        "an enrollment that nothing will move": lambda: len(stuck()),
        "a message over a cap": lambda: len(over_cap(now, ever=True)),
    }
    return {name: check() for name, check in checks.items()} | {
        name: _count(sql) for name, sql in QUERIES.items()
    }


def _count(sql: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, [])
        return int(cursor.fetchone()[0])
