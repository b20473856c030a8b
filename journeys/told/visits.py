"""How often an enrollment has been at a step: by the log, and by what it passed in this claim."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Walk

# Plan: for each enrollment, its customer's part of step_log_of_customer.
VISITS = """
    SELECT asked.id, count(log.id)
    FROM unnest(%(ids)s::bigint[], %(customers)s::bigint[], %(steps)s::text[])
        AS asked (id, customer_id, step)
    JOIN journeys_steplog log
      ON log.customer_id = asked.customer_id AND log.enrollment_id = asked.id AND log.step = asked.step
    GROUP BY asked.id
"""


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    asked = [(row.id, row.customer_id, _target(walk)) for walk in walks for row in walk.rows]
    ids, customers, steps = (list(column) for column in zip(*asked, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(VISITS, {"ids": ids, "customers": customers, "steps": steps})
        counts = dict(cursor.fetchall())

    def answers(walk: Walk) -> Answer:
        passed = sum(one.step == _target(walk) for one in walk.trail)
        return lambda row: counts.get(row.id, 0) + passed

    return answers


def _target(walk: Walk) -> str:
    return walk.place.target(walk.place.step.counted_branch) or ""


VISITS_OF_TARGET = Teller("visits", lambda place: bool(place.step.counted_branch), _read)
