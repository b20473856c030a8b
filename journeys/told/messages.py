"""What became of the last message of an enrollment, or of one of its steps, and what was done with it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from journeys.step import Did
from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Walk

# Plan: for each enrollment one probe of one_message_per_visit.
LAST = """
    SELECT asked.id, message.state, message.reason, message.delivered_at IS NOT NULL,
        message.opened_at IS NOT NULL, message.clicked_at IS NOT NULL
    FROM unnest(%(ids)s::bigint[], %(steps)s::text[]) AS asked (id, step)
    CROSS JOIN LATERAL (
        SELECT * FROM channels_message
        WHERE enrollment_id = asked.id AND (asked.step = '' OR step = asked.step)
        ORDER BY visit DESC LIMIT 1) message
"""
NOT_YET = Did()


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    asked = [(row.id, walk.place.step.message_of or "") for walk in walks for row in walk.rows]
    with connection.cursor() as cursor:
        cursor.execute(LAST, {"ids": [one for one, _ in asked], "steps": [step for _, step in asked]})
        told = {enrollment_id: Did(*did) for enrollment_id, *did in cursor.fetchall()}

    def answers(walk: Walk) -> Answer:
        step = walk.place.step.message_of
        if any(not step or queued.step == step for queued in walk.sends):
            return lambda _row: NOT_YET  # asked for in this very claim
        return lambda row: told.get(row.id, NOT_YET)

    return answers


MESSAGE = Teller("did", lambda place: place.step.message_of is not None, _read)
