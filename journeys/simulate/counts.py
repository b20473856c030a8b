"""What one leg of a simulation came to, counted in its schema: a few grouped queries."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from msgspec import Struct

from channels.models.message import SENT_AND_AFTER
from journeys.counts import step_counts
from journeys.tallies import TALLIES

WEEK = timedelta(days=7)


class StepCounts(Struct):
    """Of a step of the draft: who came, stands there at the end, went on by which branch; its messages."""

    entered: int = 0
    inside: int = 0
    branches: dict[str, int] = {}
    messages: dict[str, int] = {}


class JourneyCounts(Struct):
    """Of a journey, in the window: who entered, and what became of its messages.

    `waited`: messages of those that a cap made wait, whatever became of them; `capped`: those that it kept
    from going out.
    """

    entered: int = 0
    sent: int = 0
    held: int = 0
    not_sent: int = 0
    waited: int = 0
    capped: int = 0


class LegResult(Struct):
    """All of it; `pressure` is how many customers got how many messages in a week, over all weeks."""

    customers: int = 0
    people: int = 0
    entered: int = 0
    finished: int = 0
    inside: int = 0
    steps: dict[str, StepCounts] = {}
    reasons: list[tuple[str, str, int]] = []
    exits: list[tuple[str, int]] = []
    days: list[tuple[date, str, int]] = []
    every_day: list[tuple[date, int]] = []
    pressure: list[tuple[int, int]] = []
    weeks: int = 0
    journeys: dict[int, JourneyCounts] = {}


ENTERED = """
    SELECT count(DISTINCT customer_id), count(*), count(*) FILTER (WHERE standing = 'ended')
    FROM journeys_enrollment WHERE version_id = %(version)s AND entered_at >= %(start)s
"""
EXITS = """
    SELECT exit_reason, count(*) FROM journeys_enrollment
    WHERE version_id = %(version)s AND standing = 'ended' AND entered_at >= %(start)s
    GROUP BY 1 ORDER BY 2 DESC, 1
"""
REASONS = """
    SELECT state, reason, count(*) FROM channels_message
    WHERE source = 'journey' AND source_id = %(version)s GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2
"""
DAYS = """
    SELECT (sent_at AT TIME ZONE %(zone)s)::date, channel, count(*) FROM channels_message
    WHERE source = 'journey' AND source_id = %(version)s AND sent_at >= %(start)s GROUP BY 1, 2 ORDER BY 1, 2
"""
EVERY_DAY = """
    SELECT (sent_at AT TIME ZONE %(zone)s)::date, count(*) FROM channels_message
    WHERE sent_at >= %(start)s GROUP BY 1 ORDER BY 1
"""
# Weeks from the start; what is left of the last one counts as one only where there is no other.
PRESSURE = """
    SELECT messages, count(*) FROM (
        SELECT count(*) AS messages FROM channels_message
        WHERE sent_at >= %(start)s AND sent_at < %(end)s
        GROUP BY customer_id, floor(extract(epoch FROM sent_at - %(start)s) / %(week)s)
    ) AS person GROUP BY 1 ORDER BY 1
"""
OF_JOURNEYS = """
    SELECT version.journey_id, count(*) FILTER (WHERE message.state = ANY(%(sent)s)),
           count(*) FILTER (WHERE message.state IN ('queued', 'held')),
           count(*) FILTER (WHERE message.state IN ('suppressed', 'failed')),
           count(*) FILTER (WHERE message.held_by = 'cap'),
           count(*) FILTER (WHERE message.state = 'suppressed' AND (message.reason IN ('cap', 'priority')
                OR message.reason = 'expired' AND message.held_by = 'cap'))
    FROM channels_message AS message JOIN journeys_journeyversion AS version ON version.id = message.source_id
    JOIN journeys_enrollment AS enrollment ON enrollment.id = message.enrollment_id
    WHERE message.source = 'journey' AND enrollment.entered_at >= %(start)s GROUP BY 1
"""
ENTRIES = """
    SELECT journey_id, count(*) FROM journeys_enrollment WHERE entered_at >= %(start)s GROUP BY 1
"""


def count(version_id: int | None, start: datetime, until: datetime) -> LegResult:
    """Count what happened from `start`; of the draft only where it ran, as `version_id`."""
    weeks = max(1, (until - start) // WEEK)
    values = {
        "version": version_id,
        "start": start,
        "end": start + weeks * WEEK,
        "week": WEEK.total_seconds(),
        "zone": settings.BRAND_TIME_ZONE,
        "sent": [*SENT_AND_AFTER, "uncertain"],
    }
    result = LegResult(
        customers=_one("SELECT count(*) FROM customers_customer")[0],
        every_day=_rows(EVERY_DAY, values),
        pressure=_rows(PRESSURE, values),
        weeks=weeks,
        journeys=_journeys(values),
    )
    if version_id is not None:
        for tally in TALLIES:
            tally.recount(until)  # here no trigger keeps them
        result.people, result.entered, result.finished = _one(ENTERED, values)
        result.inside = result.entered - result.finished
        result.steps = {
            step: StepCounts(each.entered, each.inside, dict(each.branches), dict(each.messages))
            for step, each in step_counts([version_id]).items()
        }
        result.reasons, result.exits = _rows(REASONS, values), _rows(EXITS, values)
        result.days = _rows(DAYS, values)
    return result


def _journeys(values: Mapping[str, Any]) -> dict[int, JourneyCounts]:
    found = {journey_id: JourneyCounts(entered=many) for journey_id, many in _rows(ENTRIES, values)}
    for journey_id, sent, held, not_sent, waited, capped in _rows(OF_JOURNEYS, values):
        one = found.setdefault(journey_id, JourneyCounts())
        one.sent, one.held, one.not_sent, one.waited, one.capped = sent, held, not_sent, waited, capped
    return found


def _rows(sql: str, values: Mapping[str, Any] | None = None) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _one(sql: str, values: Mapping[str, Any] | None = None) -> Any:
    return _rows(sql, values)[0]
