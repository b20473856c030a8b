"""Taking those inside one version to another, chunk by chunk, while the engine and the listener go on.

A chunk is a transaction: it locks the journey, the customers, their enrollments and the messages for which
they wait, in that order; where each comes to stand is pure (journeys/mapping.py). A worker that dies leaves
those that it did not reach in the old version, where the next chunk finds them.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from channels import outbox
from channels.models import Reason
from config import work
from customers.services import lock_customers
from journeys.acts import Person, record
from journeys.exits import exit_enrollments
from journeys.mapping import IN_FLIGHT, OPEN, Placed, Stood, Way, placed, steps_of, ways
from journeys.models import Deed, Enrollment, Journey, VersionMove
from journeys.states import RUNNING, JourneyStateError, locked
from journeys.tallies import Step, count_moved, count_steps
from journeys.versions import graphs_of

MIGRATE_DUE = "EXISTS (SELECT FROM journeys_versionmove WHERE finished_at IS NULL)"
MIGRATED, MOVED = "$migrated", "$moved"
WITHDRAWN = "moved to another step"

# Plan: enrollment_at_step, a probe of one_message_per_visit for each that waits for its message. Those whose
# message is on its way, and whose step changes, are left until its fate is heard.
FIND = """
    SELECT row.id, row.customer_id FROM journeys_enrollment row
    WHERE row.version_id = %(version)s AND row.step = ANY(%(steps)s)
      AND row.standing IN ('due', 'event', 'message')
      AND (row.standing <> 'message' OR row.step = ANY(%(same)s) OR EXISTS (
            SELECT FROM channels_message message
            WHERE message.enrollment_id = row.id AND message.step = row.step AND message.visit = row.visit
              AND message.state IN ('queued', 'held')))
    LIMIT %(limit)s
"""
LOCK = """
    SELECT id, customer_id, step, visit, reached_at, standing, due_at, fate, error
    FROM journeys_enrollment
    WHERE id = ANY(%(ids)s) AND version_id = %(version)s AND standing IN ('due', 'event', 'message')
    ORDER BY id FOR UPDATE
"""
MESSAGES = """
    SELECT message.enrollment_id, message.state
    FROM unnest(%(ids)s::bigint[], %(steps)s::text[], %(visits)s::int[]) AS row (id, step, visit)
    JOIN channels_message message
      ON message.enrollment_id = row.id AND message.step = row.step AND message.visit = row.visit
    ORDER BY message.id FOR UPDATE OF message
"""
LOG = """
    INSERT INTO journeys_steplog
        (enrollment_id, customer_id, version_id, step, visit, branch, reached_at, left_at)
    SELECT id, customer_id, version_id, step, visit, %(branch)s, reached_at, %(now)s
    FROM journeys_enrollment WHERE id = ANY(%(ids)s) ORDER BY id
    RETURNING version_id, step, branch, reached_at, left_at
"""
PLACE = """
    UPDATE journeys_enrollment row
    SET version_id = %(version)s, step = new.step, visit = new.visit, reached_at = new.reached_at,
        standing = new.standing, due_at = new.due_at, fate = new.fate,
        awaits = CASE WHEN new.standing = 'event' THEN row.awaits ELSE '{}' END,
        is_on_hold = CASE WHEN row.error = '' THEN row.is_on_hold ELSE %(paused)s END,
        attempts = 0, error = '', lacks = ''
    FROM unnest(%(ids)s::bigint[], %(steps)s::text[], %(visits)s::int[], %(reached_ats)s::timestamptz[],
                %(standings)s::text[], %(due_ats)s::timestamptz[], %(fates)s::text[])
         AS new (id, step, visit, reached_at, standing, due_at, fate)
    WHERE row.id = new.id
"""


def move_versions(now: datetime, limit: int = 1000) -> int:
    """Take the next chunk of those who are to be moved to another version; returns how many were."""
    for move_id in VersionMove.objects.filter(finished_at=None).order_by("pk").values_list("pk", flat=True):
        if moved := _move_chunk(move_id, now, limit):
            work.wake("journeys.advance")
            return moved
    return 0


def _move_chunk(move_id: int, now: datetime, limit: int) -> int:
    with transaction.atomic():
        journey = Journey.objects.select_for_update(no_key=True).get(
            pk=VersionMove.objects.values("journey").get(pk=move_id)["journey"]
        )
        move = VersionMove.objects.select_for_update().get(pk=move_id)
        move.journey = journey
        if move.finished_at is not None:
            return 0
        by_step = _ways(move)
        found = _find(move, by_step, limit)
        if not found:
            _finish(move, now)
            return 0
        lock_customers(customer_id for _id, customer_id in found)
        rows = _lock([pk for pk, _customer in found], move.from_version_id)
        new = [
            one
            for row in rows
            if row.step in by_step and (one := placed(row, by_step[row.step], now)) is not None
        ]
        if new:
            _write(rows, new, move, now)
        VersionMove.objects.filter(pk=move_id).update(moved=F("moved") + len(new))
        return len(new)


def _ways(move: VersionMove) -> dict[str, Way]:
    graphs = graphs_of([move.from_version_id, move.to_version_id])
    new = graphs[move.to_version_id]
    if isinstance(new, Exception):
        raise new
    return ways(graphs[move.from_version_id], new, move.steps)


def _find(move: VersionMove, by_step: dict[str, Way], limit: int) -> list[tuple[int, int]]:
    same = [step for step, way in by_step.items() if way.is_same_step]
    values: dict[str, Any] = {
        "version": move.from_version_id,
        "steps": list(by_step),
        "same": same,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(FIND, values)
        return list(cursor.fetchall())


def _finish(move: VersionMove, now: datetime) -> None:
    """It is over when nobody is left in the old version, and nobody can come into it by another move."""
    if (
        not move.from_version.enrollments.exclude(standing="ended").exists()
        and not VersionMove.objects.filter(to_version=move.from_version_id, finished_at=None).exists()
    ):
        VersionMove.objects.filter(pk=move.pk).update(finished_at=now)


def _lock(ids: Sequence[int], version_id: int) -> list[Stood]:
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"ids": list(ids), "version": version_id})
        rows = [Stood(*row) for row in cursor.fetchall()]
    return _with_messages(rows)


def _with_messages(rows: list[Stood]) -> list[Stood]:
    """With what is known of the messages for which they wait; one that is gone has its notice on the way."""
    waiting = [row for row in rows if row.standing == "message"]
    if not waiting:
        return rows
    values: dict[str, Any] = {
        "ids": [row.id for row in waiting],
        "steps": [row.step for row in waiting],
        "visits": [row.visit for row in waiting],
    }
    with connection.cursor() as cursor:
        cursor.execute(MESSAGES, values)
        states = dict(cursor.fetchall())
    return [
        row
        if row.standing != "message"
        else row._replace(message=OPEN if states.get(row.id) in {"queued", "held"} else IN_FLIGHT)
        for row in rows
    ]


def _write(rows: Sequence[Stood], new: Sequence[Placed], move: VersionMove, now: datetime) -> None:
    """The step log, the messages that are withdrawn, who leaves, and where the others stand."""
    by_id = {row.id: row for row in rows}
    visits = [(one.id, by_id[one.id].step, by_id[one.id].visit) for one in new if one.withdraws]
    _log([one.id for one in new], MIGRATED, now)
    outbox.withdraw_visits(visits, Reason.WITHDRAWN, WITHDRAWN, now)
    leaving = [one.id for one in new if one.step is None]
    if leaving:
        exit_enrollments(leaving, "migrated", now, fate="")
    staying = [one for one in new if one.step is not None]
    values: dict[str, Any] = {
        "version": move.to_version_id,
        "paused": move.journey.state == Journey.State.PAUSED,
        "ids": [one.id for one in staying],
        "steps": [one.step for one in staying],
        "visits": [one.visit for one in staying],
        "reached_ats": [one.reached_at for one in staying],
        "standings": [one.standing for one in staying],
        "due_ats": [one.due_at for one in staying],
        "fates": [one.fate for one in staying],
    }
    with connection.cursor() as cursor:
        cursor.execute(PLACE, values)
    count_moved(values["ids"], move.from_version_id, move.to_version_id)


def _log(ids: Sequence[int], branch: str, now: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOG, {"ids": list(ids), "branch": branch, "now": now})
        passed = Counter(Step(*row) for row in cursor.fetchall())
    count_steps(passed)


class NoSuchStepError(ValueError):
    """The customer can't be taken to that step; `errors` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.errors = [{"path": "step", "message": message}]


BEGIN = """
    UPDATE journeys_enrollment
    SET step = %(step)s, visit = visit + 1, reached_at = %(now)s, standing = 'due', due_at = %(now)s,
        awaits = '{}', fate = '', attempts = 0, error = '', lacks = '', is_on_hold = %(paused)s
    WHERE id = %(id)s
"""


@transaction.atomic
def move_enrollment(enrollment_id: int, step: str, now: datetime, by: Person = None) -> None:
    """Take one customer to another step of its version, now; an open message of the old one is withdrawn.

    NoSuchStepError where the version has no such step; JourneyStateError where the customer has left.
    """
    enrollment = Enrollment.objects.select_related("version").get(pk=enrollment_id)
    journey = locked(enrollment.journey_id, *RUNNING)
    lock_customers([enrollment.customer_id])
    rows = _lock([enrollment_id], enrollment.version_id)
    if not rows:
        raise JourneyStateError("The customer has left the journey, or is being moved: look again.")
    there = steps_of(enrollment.version.graph)
    if step not in there:
        words = _("there is no step '%(step)s' in its version; there are: %(steps)s")
        raise NoSuchStepError(words % {"step": step, "steps": ", ".join(there)})
    (row,) = rows
    _log([row.id], MOVED, now)
    outbox.withdraw_visits([(row.id, row.step, row.visit)], Reason.WITHDRAWN, WITHDRAWN, now)
    paused = journey.state == Journey.State.PAUSED
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"id": row.id, "step": step, "now": now, "paused": paused})
    record(journey.pk, Deed.MOVED, by, enrollment=row.id, step=row.step, to=step)
    work.wake("journeys.advance")
