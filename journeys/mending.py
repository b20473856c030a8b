"""Enrollments at a step whose content or segment is gone: counted, and released when it is back."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection, transaction

from config import work
from journeys.models import Journey

# What is lacked comes one by one off the index enrollment_lacks (a hop each, not a scan), however many stand
# there.
LACKED = """
    WITH RECURSIVE lacked (lacks) AS (
        (SELECT lacks FROM journeys_enrollment WHERE lacks <> '' ORDER BY lacks LIMIT 1)
        UNION ALL
        SELECT (SELECT row.lacks FROM journeys_enrollment row
                WHERE row.lacks <> '' AND row.lacks > lacked.lacks ORDER BY row.lacks LIMIT 1)
        FROM lacked WHERE lacked.lacks IS NOT NULL
    )
    SELECT lacks FROM lacked WHERE lacks IS NOT NULL AND (
        EXISTS (SELECT FROM channels_content WHERE lacks = 'content:' || slug)
        OR EXISTS (SELECT FROM customers_segment WHERE lacks = 'segment:' || slug AND archived_at IS NULL))
"""
MEND_DUE = f"EXISTS ({LACKED})"
FIND = """
    SELECT id, journey_id FROM journeys_enrollment
    WHERE lacks <> '' AND lacks = ANY(%s) ORDER BY lacks, id LIMIT %s
"""
# Those of a paused journey stay on hold, as all of it.
RELEASE = """
    WITH inside AS MATERIALIZED (
        SELECT id FROM journeys_enrollment WHERE id = ANY(%(ids)s) AND lacks = ANY(%(lacks)s)
        ORDER BY id FOR UPDATE
    )
    UPDATE journeys_enrollment row
    SET lacks = '', error = '', is_on_hold = row.journey_id = ANY(%(paused)s)
    FROM inside WHERE row.id = inside.id
"""
# Plan: a scan of enrollment_lacks, which has a row for each that stands there.
COUNTS = """
    SELECT journey_id, lacks, count(*) FROM journeys_enrollment
    WHERE lacks <> '' GROUP BY journey_id, lacks ORDER BY journey_id, lacks
"""


class Lack(NamedTuple):
    """What a journey needs and is gone, and how many stand where they need it."""

    journey_id: int
    lacks: str
    inside: int

    @property
    def what(self) -> str:
        """`content` or `segment`."""
        return self.lacks.partition(":")[0]

    @property
    def slug(self) -> str:
        """Its key."""
        return self.lacks.partition(":")[2]


def lacks() -> list[Lack]:
    """What journeys need and is gone, with how many wait for it."""
    with connection.cursor() as cursor:
        cursor.execute(COUNTS)
        return [Lack(*row) for row in cursor.fetchall()]


@transaction.atomic
def mend(now: datetime, limit: int = 5000) -> int:
    """Release those whose content or segment is there again, up to `limit`; returns how many."""
    del now
    with connection.cursor() as cursor:
        cursor.execute(LACKED)
        back = [lacks for (lacks,) in cursor.fetchall()]
        if not back:
            return 0
        cursor.execute(FIND, [back, limit])
        found = cursor.fetchall()
        journeys = {journey_id for _id, journey_id in found}
        states = dict(
            Journey.objects.select_for_update(no_key=True)
            .filter(pk__in=journeys)
            .order_by("pk")
            .values_list("pk", "state")
        )
        paused = [pk for pk, state in states.items() if state == Journey.State.PAUSED]
        cursor.execute(RELEASE, {"ids": [pk for pk, _journey in found], "lacks": back, "paused": paused})
        released = int(cursor.rowcount)
    work.wake("journeys.advance")
    return released
