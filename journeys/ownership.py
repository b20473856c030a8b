"""Whose enrollments they are: what becomes of them when customers are joined, erased, or ask for a copy.

Each function runs in the transaction of customers/merge.py or customers/privacy.py, with the customers
locked, and before that of the channels: enrollments that the engine holds are waited for, and may have
brought a last message.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection
from django.db.models import QuerySet

from channels import outbox
from channels.models import Reason
from config import work
from customers.merge import Merge, remember
from customers.unmerge import Unmerge
from journeys import news
from journeys.models import Change, Conversion, DateDue, Enrollment, StepLog
from journeys.tallies import End, count_ends

# Waited for first, so that what is remembered is what is ended.
LOCK = """
    SELECT id FROM journeys_enrollment WHERE customer_id = ANY(%(both)s) AND standing <> 'ended'
    ORDER BY id FOR UPDATE
"""
REMEMBER = """
    SELECT merge.old_id, jsonb_build_object(
        'theirs', (SELECT jsonb_agg(row.id) FROM journeys_enrollment row
                   WHERE row.customer_id = merge.old_id),
        'live', (SELECT coalesce(jsonb_agg(row), '[]') FROM journeys_enrollment row
                 WHERE row.customer_id IN (merge.old_id, merge.customer_id)
                   AND row.standing <> 'ended'))::text
    FROM unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)
    WHERE EXISTS (SELECT FROM journeys_enrollment row WHERE row.customer_id = merge.old_id)
"""
PAIRS = "unnest(%(old)s::bigint[], %(kept)s::bigint[]) AS merge (old_id, customer_id)"

# Of two live enrollments in the same journey about the same key, the one that entered first goes on.
END = f"""
    WITH inside AS MATERIALIZED (
        SELECT row.id, row.journey_id, row.key, row.entered_at,
            coalesce(merge.customer_id, row.customer_id) AS person
        FROM journeys_enrollment row LEFT JOIN {PAIRS} ON merge.old_id = row.customer_id
        WHERE row.customer_id = ANY(%(old)s || %(kept)s) AND row.standing <> 'ended'
        ORDER BY row.id FOR UPDATE OF row
    ), numbered AS (
        SELECT id, row_number() OVER (PARTITION BY person, journey_id, key ORDER BY entered_at, id) AS number
        FROM inside
    )
    UPDATE journeys_enrollment row
    SET standing = 'ended', fate = 'left', due_at = NULL, awaits = '{{}}', ended_at = %(now)s,
        exit_reason = 'merged', is_on_hold = false, error = '', lacks = ''
    FROM numbered WHERE row.id = numbered.id AND numbered.number > 1
    RETURNING row.id, row.version_id, row.step, row.exit_reason, row.ended_at, row.reached_at, row.fate
"""
MOVE = f"""
    UPDATE journeys_enrollment row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
"""
MOVE_LOG = f"""
    UPDATE journeys_steplog row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
"""
# Of two dates in the same journey one row stays; it is looked at anew, for the trait may be the other's.
DROP_DATES = f"""
    DELETE FROM journeys_datedue row USING {PAIRS}
    WHERE row.customer_id = merge.old_id AND EXISTS (
        SELECT FROM journeys_datedue other
        WHERE other.journey_id = row.journey_id
          AND (other.customer_id = merge.customer_id
               OR other.customer_id < row.customer_id AND other.customer_id IN (
                   SELECT twin.old_id FROM {PAIRS.replace("merge", "twin")}
                   WHERE twin.customer_id = merge.customer_id)))
"""
MOVE_DATES = f"""
    UPDATE journeys_datedue row SET customer_id = merge.customer_id, due_at = %(now)s
    FROM {PAIRS} WHERE row.customer_id IN (merge.old_id, merge.customer_id)
"""
MOVE_CONVERSIONS = f"""
    UPDATE journeys_conversion row SET customer_id = merge.customer_id
    FROM {PAIRS} WHERE row.customer_id = merge.old_id
"""


def remember_enrollments(merges: Sequence[Merge], now: datetime) -> None:
    """Keep whose enrollments are whose, and how those stood that may end by the merge."""
    del now
    ids = {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, {"both": ids["old"] + ids["kept"]})
        cursor.execute(REMEMBER, ids)
        remember("enrollments", {old_id: msgspec.Raw(told.encode()) for old_id, told in cursor.fetchall()})


def merge_enrollments(merges: Sequence[Merge], now: datetime) -> None:
    """Hand over the enrollments of merged customers, in the transaction that merges them."""
    ids = {"old": [merge.old_id for merge in merges], "kept": [merge.customer_id for merge in merges]}
    with connection.cursor() as cursor:
        cursor.execute(END, ids | {"now": now})
        rows = cursor.fetchall()
        cursor.execute(MOVE, ids)
        cursor.execute(MOVE_LOG, ids)
        cursor.execute(DROP_DATES, ids)
        cursor.execute(MOVE_DATES, ids | {"now": now})
        cursor.execute(MOVE_CONVERSIONS, ids)
    count_ends(Counter(End(*row[1:]) for row in rows))
    if ended := [row[0] for row in rows]:
        outbox.withdraw(dict.fromkeys(ended, "merged"), Reason.EXITED, now)
        news.tell(news.ENDED, ended, now)


BACK = (
    """
    UPDATE journeys_enrollment SET customer_id = %(old)s
    WHERE customer_id = %(kept)s AND id = ANY(%(theirs)s)
    """,
    """
    UPDATE journeys_steplog SET customer_id = %(old)s
    WHERE customer_id = %(kept)s AND enrollment_id = ANY(%(theirs)s)
    """,
    """
    UPDATE journeys_conversion SET customer_id = %(old)s
    WHERE customer_id = %(kept)s AND enrollment_id = ANY(%(theirs)s)
    """,
)
# The dates of both are looked at anew.
DATES = (
    """
    INSERT INTO journeys_datedue (journey_id, customer_id, due_at)
    SELECT journey_id, %(old)s, %(now)s FROM journeys_datedue WHERE customer_id = %(kept)s
    ON CONFLICT DO NOTHING
    """,
    "UPDATE journeys_datedue SET due_at = %(now)s WHERE customer_id = %(kept)s",
)
# Those that the merge ended, where the journey still runs and the customer has not come in again. One whose
# message came to its fate meanwhile goes on by that; one that waited for a change asks for it again.
ENDED = """
    SELECT row.id, row.version_id, row.step, row.exit_reason, row.ended_at, row.reached_at, row.fate
    FROM journeys_enrollment row JOIN journeys_journey journey ON journey.id = row.journey_id
    WHERE row.id = ANY(%(live)s) AND row.exit_reason = 'merged' AND row.ended_at = %(merged_at)s
      AND journey.state IN ('live', 'paused', 'draining')
      AND NOT EXISTS (
        SELECT FROM journeys_enrollment other
        WHERE other.journey_id = row.journey_id AND other.customer_id = row.customer_id
          AND other.key = row.key AND other.standing <> 'ended')
    ORDER BY row.id FOR UPDATE OF row
"""
REVIVE = """
    UPDATE journeys_enrollment row
    SET standing = stands.standing, ended_at = NULL, exit_reason = '', awaits = was.awaits,
        due_at = CASE WHEN was.standing IN ('due', 'event') THEN was.due_at
                      WHEN stands.standing = 'due' THEN %(now)s END,
        fate = CASE WHEN was.standing = 'message' AND stands.standing = 'due'
                    THEN coalesce(message.state, 'suppressed') ELSE was.fate END,
        is_on_hold = journey.state = 'paused'
    FROM journeys_journey journey,
        jsonb_populate_recordset(NULL::journeys_enrollment, %(was)s::jsonb) AS was
        LEFT JOIN channels_message message ON message.enrollment_id = was.id
            AND message.step = was.step AND message.visit = was.visit,
        LATERAL (SELECT CASE
            WHEN was.standing IN ('due', 'event') THEN was.standing
            WHEN was.standing = 'message' AND message.state IN ('queued', 'held', 'sending') THEN 'message'
            ELSE 'due' END) AS stands (standing)
    WHERE row.id = ANY(%(ended)s) AND was.id = row.id AND journey.id = row.journey_id
"""


def unmerge_enrollments(undone: Unmerge, now: datetime) -> None:
    """Give enrollments back, and let those go on that the merge had ended."""
    told = undone.remembered.get("enrollments", {"theirs": [], "live": []})
    values = {
        "old": undone.old_id,
        "kept": undone.customer_id,
        "theirs": told["theirs"],
        "live": [row["id"] for row in told["live"]],
        "was": msgspec.json.encode(told["live"]).decode(),
        "merged_at": undone.merged_at,
        "now": now,
    }
    with connection.cursor() as cursor:
        for statement in (*BACK, *DATES):
            cursor.execute(statement, values)
        cursor.execute(ENDED, values)
        rows = cursor.fetchall()
        cursor.execute(REVIVE, values | {"ended": [row[0] for row in rows]})
    counted = Counter(End(*row[1:]) for row in rows)
    count_ends({end: -many for end, many in counted.items()})
    if rows:
        work.wake("journeys.advance")


ERASE = (
    """
    DELETE FROM journeys_change
    WHERE enrollment_id IN (SELECT id FROM journeys_enrollment WHERE customer_id = ANY(%s))
    """,
    "DELETE FROM journeys_enrollment WHERE customer_id = ANY(%s)",
    "DELETE FROM journeys_steplog WHERE customer_id = ANY(%s)",
    "DELETE FROM journeys_datedue WHERE customer_id = ANY(%s)",
    "DELETE FROM journeys_conversion WHERE customer_id = ANY(%s)",
)


def erase_enrollments(customer_ids: Sequence[int], now: datetime) -> None:
    """Delete the enrollments of erased customers, the steps that they passed and the goals they reached."""
    del now
    with connection.cursor() as cursor:
        for statement in ERASE:
            cursor.execute(statement, [list(customer_ids)])


def export_enrollments(customer_id: int) -> list[dict[str, Any]]:
    """The journeys of a customer, for their copy: which, why, how far, steps passed, goals reached."""
    reached = Conversion.objects.filter(customer_id=customer_id)
    goals = _by_enrollment(reached, "goal", "occurred_at", "value", "currency")
    passed = StepLog.objects.filter(customer_id=customer_id)
    steps = _by_enrollment(passed, "step", "branch", "reached_at", "left_at")
    rows = Enrollment.objects.filter(customer_id=customer_id).order_by("id")
    columns = ("journey__slug", "key", "context", "step", "entered_at", "ended_at", "exit_reason", "error")
    return [
        dict(row) | {"goals": goals[number], "steps": steps[number], "changes": _changes(number)}
        for row in rows.values("id", *columns)
        for number in [row.pop("id")]
    ]


def _by_enrollment(rows: QuerySet[Any], *told: str) -> dict[int, list[dict[str, Any]]]:
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for enrollment_id, *row in rows.order_by("pk").values_list("enrollment_id", *told):
        found[enrollment_id].append(dict(zip(told, row, strict=True)))
    return found


def _changes(enrollment_id: int) -> list[dict[str, Any]]:
    """What is to be changed about the customer, and is not yet."""
    asked = Change.objects.filter(enrollment_id=enrollment_id).order_by("pk")
    return [dict(row) for row in asked.values("what", "asked_at")]


def export_dates(customer_id: int) -> list[dict[str, Any]]:
    """When dates of a customer are next to let them into journeys, for their copy."""
    dates = DateDue.objects.filter(customer_id=customer_id).order_by("journey_id")
    return [dict(row) for row in dates.values("journey__slug", "due_at", "seen")]
