"""Reads about journeys and enrollments that are more than a filter."""

from datetime import datetime

from django.db import connection

from customers.suggestions import Given, Suggestion, Suggestions
from journeys.models import Journey

# Plan: scans of the live enrollments. A time-out that has passed is no trouble: the engine takes it next.
STUCK = """
    SELECT row.id FROM journeys_enrollment row
    WHERE row.standing <> 'ended' AND NOT CASE row.standing
        WHEN 'due' THEN row.due_at IS NOT NULL
        WHEN 'event' THEN row.due_at IS NOT NULL AND row.awaits <> '{}'
        WHEN 'message' THEN row.due_at IS NULL AND (
            EXISTS (SELECT FROM channels_message message
                    WHERE message.enrollment_id = row.id AND message.step = row.step
                      AND message.visit = row.visit AND message.state IN ('queued', 'held', 'sending'))
            OR EXISTS (SELECT FROM channels_fatenotice notice
                       WHERE notice.enrollment_id = row.id AND notice.step = row.step
                         AND notice.visit = row.visit))
        WHEN 'change' THEN row.due_at IS NULL
            AND EXISTS (SELECT FROM journeys_change change
                        WHERE change.enrollment_id = row.id AND change.step = row.step
                          AND change.visit = row.visit)
        ELSE false END
    ORDER BY row.id LIMIT 1000
"""


def stuck() -> list[int]:
    """Live enrollments that nothing will ever move: no due time, message, notice or change. Always none."""
    with connection.cursor() as cursor:
        cursor.execute(STUCK)
        return [row[0] for row in cursor.fetchall()]


# Plan: the partial index enrollment_due.
LAG = """
    SELECT min(due_at), count(*) FROM journeys_enrollment
    WHERE standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= %s
"""


def overdue(now: datetime) -> tuple[datetime | None, int]:
    """Since when the longest due enrollment has been due, and how many are: what the engine has yet to do."""
    with connection.cursor() as cursor:
        cursor.execute(LAG, [now])
        since, count = cursor.fetchone()
        return since, count


def suggested_journeys(_given: Given) -> Suggestions:
    """The journeys that a rule about their messages can name, by key."""
    rows = Journey.objects.order_by("name").values_list("slug", "name")
    return Suggestions([Suggestion(slug, name, note=slug) for slug, name in rows])
