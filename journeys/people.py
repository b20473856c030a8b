"""Who is behind a number on the canvas of a journey, the newest first, each with why they are there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from channels.models import Message
from customers.models import Customer
from journeys.counts import SENT, WAITING, Within
from journeys.models import Enrollment, StepLog
from journeys.standing import how_passed, what_became, why

PAGE = 50
DEEPEST = 20  # pages
# Each: when, whose enrollment, and the line of the log or the message that tells of it, where one does.
# Plan: as the counts (journeys/counts.py), of which the newest are kept.
STANDS = """
    SELECT reached_at, id, NULL, NULL FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND step = %(step)s AND standing <> 'ended'
"""
WENT_ON = """
    SELECT left_at, enrollment_id, id, NULL FROM journeys_steplog
    WHERE version_id = ANY(%(of)s) AND step = %(step)s AND left_at >= %(start)s AND left_at < %(end)s
      AND (%(branch)s = '' OR branch = %(branch)s)
"""
REACHED = """
    reached_at >= %(start)s AND reached_at < %(end)s
"""
LEFT = f"""
    SELECT reached_at, id, NULL, NULL FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND step = %(step)s AND standing = 'ended' AND fate = 'left' AND {REACHED}
"""
CAME = f"""
    SELECT reached_at, enrollment_id, id, NULL FROM journeys_steplog
    WHERE version_id = ANY(%(of)s) AND step = %(step)s AND {REACHED}
    UNION ALL {STANDS} AND {REACHED} UNION ALL {LEFT}
"""
ENTERED = """
    SELECT entered_at, id, NULL, NULL FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND entered_at >= %(start)s AND entered_at < %(end)s
"""
ENDED = """
    SELECT ended_at, id, NULL, NULL FROM journeys_enrollment
    WHERE version_id = ANY(%(of)s) AND ended_at >= %(start)s AND ended_at < %(end)s
      AND (%(branch)s = '' OR exit_reason = %(branch)s)
"""
CONVERTED = """
    SELECT max(reached.occurred_at), row.id, NULL, NULL FROM journeys_conversion reached
    JOIN journeys_enrollment row ON row.id = reached.enrollment_id AND row.exit_reason <> 'merged'
    WHERE reached.journey_id = %(journey)s AND reached.version_id = ANY(%(of)s)
      AND reached.occurred_at >= %(start)s AND reached.occurred_at < %(end)s GROUP BY row.id
"""
WROTE = """
    SELECT created_at, enrollment_id, NULL, id FROM channels_message
    WHERE source = 'journey' AND source_id = ANY(%(of)s) AND step = %(step)s
      AND created_at >= %(start)s AND created_at < %(end)s AND {that}
"""
MESSAGES = {
    "sent": "state = ANY(%(sent)s)",
    "held": "state = ANY(%(held)s)",
    "suppressed": "state = 'suppressed' AND reason <> 'holdout'",
    "held_out": "state = 'suppressed' AND reason = 'holdout'",
    "failed": "state = 'failed'",
    "opened": "opened_at IS NOT NULL",
    "clicked": "clicked_at IS NOT NULL",
}
BEHIND = {
    "came": CAME,
    "waiting": STANDS,
    "passed": WENT_ON,
    "left": LEFT,
    "entered": ENTERED,
    "ended": ENDED,
    "converted": CONVERTED,
} | {what: WROTE.format(that=that) for what, that in MESSAGES.items()}
NEWEST = "SELECT * FROM ({behind}) AS behind ORDER BY 1 DESC, 2 DESC LIMIT %(most)s OFFSET %(skip)s"


@dataclass(frozen=True)
class Behind:
    """One customer behind a number: when, why, and the enrollment."""

    at: datetime
    customer: Customer
    enrollment: Enrollment
    why: str


class UnknownNumberError(LookupError):
    """There is no such number."""


def people_behind(  # noqa: PLR0917 - which number of which journey
    what: str, journey_id: int, version_ids: Sequence[int], step: str, branch: str, within: Within, page: int
) -> tuple[list[Behind], bool]:
    """A page of them, and whether there are more; UnknownNumberError where there is no such number."""
    if what not in BEHIND:
        raise UnknownNumberError(UnknownNumberError.__doc__)
    values: dict[str, Any] = {
        "journey": journey_id,
        "of": list(version_ids),
        "step": step,
        "branch": branch,
        "start": within.start,
        "end": within.end,
        "sent": sorted(SENT),
        "held": sorted(WAITING),
        "most": PAGE + 1,
        "skip": PAGE * page,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEWEST.format(behind=BEHIND[what]), values)
        rows = cursor.fetchall()
    return _told(rows[:PAGE]), len(rows) > PAGE


def _told(rows: Sequence[Any]) -> list[Behind]:
    enrollments = Enrollment.objects.select_related("customer").in_bulk([row[1] for row in rows])
    passed = StepLog.objects.in_bulk([row[2] for row in rows if row[2]])
    messages = Message.objects.in_bulk([row[3] for row in rows if row[3]])
    return [
        Behind(at, row.customer, row, _why(row, passed.get(line), messages.get(message)))
        for at, enrollment, line, message in rows
        if (row := enrollments.get(enrollment)) is not None
    ]


def _why(row: Enrollment, passed: StepLog | None, message: Message | None) -> str:
    if message is not None:
        return what_became(message)
    return how_passed(passed) if passed is not None else why(row)
