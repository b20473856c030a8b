"""The counts that are kept of journeys; and how many came to each one's entrance, hour by hour.

Hours and days are those of the brand's clock. Who counts at an entrance holds the journeys' rows
(`lock_entrances`), so that caps are exact.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Sum
from django.db.models.functions import TruncDate

from config.tally import ALWAYS, Tally, day_of
from journeys.entrances import Entrance
from journeys.models import EnrollmentTally, EntryTally
from journeys.walk import LEFT

# Triggers on what each step writes would cost the engine 8 %. So whoever lets customers pass steps, ends
# enrollments or takes them to another version says so instead (`count_steps`, `count_ends`, `count_moved`).
ENROLLMENTS = Tally(
    name="journeys_enrollmenttally",
    of="journeys_enrollment",
    keys=["version_id", "journey_id", "is_held_out", "day"],
    measures=["entered"],
    rows=f"""SELECT version_id, journey_id, is_held_out, {day_of("entered_at")} AS day, 1 AS entered
        FROM {{of}}""",
)
# Whom a goal, an exit or a person took out where they stood left: no line of the log is of their last visit.
ENDS = Tally(
    name="journeys_endtally",
    of="journeys_enrollment",
    keys=["version_id", "step", "exit_reason", "day"],
    measures=["ended", "leavers"],
    rows=f"""SELECT version_id, told.* FROM {{of}}, LATERAL (
            VALUES ('', exit_reason, {day_of("ended_at")}, 1, 0),
                (step, '', {day_of("reached_at")}, 0, (fate = 'left')::int)
        ) AS told (step, exit_reason, day, ended, leavers) WHERE ended_at IS NOT NULL""",
)
STEPS = Tally(
    name="journeys_steptally",
    of="journeys_steplog",
    keys=["version_id", "step", "branch", "day"],
    measures=["came", "went"],
    rows=f"""SELECT version_id, step, branch, told.* FROM (
            SELECT version_id, step, branch, {day_of("reached_at")} AS reached, {day_of("left_at")} AS gone,
                count(*) AS many FROM {{of}} GROUP BY 1, 2, 3, 4, 5
        ) AS alike, LATERAL (VALUES (reached, many, 0), (gone, 0, many)) AS told (day, came, went)""",
    on_insert=False,
)
SENDS = Tally(
    name="journeys_sendtally",
    of="channels_message",
    keys=["version_id", "step", "state", "is_held_out", "day"],
    measures=["messages", "opened", "clicked"],
    rows=f"""SELECT source_id AS version_id, step, state, reason = 'holdout' AS is_held_out,
        {day_of("created_at")} AS day, 1 AS messages, (opened_at IS NOT NULL)::int AS opened,
        (clicked_at IS NOT NULL)::int AS clicked FROM {{of}} WHERE source = 'journey'""",
    changes=ALWAYS,
)
GOALS = Tally(
    name="journeys_goaltally",
    of="journeys_conversion",
    keys=["version_id", "goal", "currency", "is_held_out", "day"],
    measures=["conversions", "firsts", "value"],
    rows=f"""SELECT version_id, goal, currency, is_held_out, {day_of("occurred_at")} AS day, 1 AS conversions,
        (occasion = 0)::int AS firsts, coalesce(value, 0) AS value FROM {{of}}""",
)
TALLIES = (ENROLLMENTS, ENDS, STEPS, SENDS, GOALS)
ENTERED = ""  # the verdict on those who were let in

COUNT_STEPS = """
    INSERT INTO journeys_steptally (version_id, step, branch, day, came, went)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::int[])
"""
COUNT_ENDS = """
    INSERT INTO journeys_endtally (version_id, step, exit_reason, day, ended, leavers)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::timestamptz[], %s::int[], %s::int[])
"""
Line = tuple[int, str, str, datetime]
COUNT_MOVED = f"""
    INSERT INTO journeys_enrollmenttally (version_id, journey_id, is_held_out, day, entered)
    SELECT version.id, row.journey_id, row.is_held_out, {day_of("row.entered_at")}, sum(version.many)
    FROM journeys_enrollment row, (VALUES (%(old)s, -1), (%(new)s, 1)) AS version (id, many)
    WHERE row.id = ANY(%(ids)s) GROUP BY 1, 2, 3, 4
"""
COUNT = """
    INSERT INTO journeys_entrytally AS tally (journey_id, hour, verdict, many)
    SELECT journey_id, %s, verdict, many
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[]) AS counted (journey_id, verdict, many)
    ON CONFLICT (journey_id, hour, verdict) DO UPDATE SET many = tally.many + excluded.many
"""
# By the primary key.
ROOMS = """
    SELECT journey_id, coalesce(sum(many) FILTER (WHERE hour = %(hour)s), 0), sum(many)
    FROM journeys_entrytally
    WHERE journey_id = ANY(%(journeys)s) AND verdict = '' AND hour BETWEEN %(day)s AND %(hour)s
    GROUP BY journey_id
"""


def count(counted: Mapping[tuple[int, str], int], now: datetime) -> None:
    """Add to the counts of this hour: by journey and verdict."""
    if counted:
        rows = sorted(counted)
        journeys, verdicts = [journey for journey, _ in rows], [verdict for _, verdict in rows]
        with connection.cursor() as cursor:
            cursor.execute(COUNT, [_hour(now), journeys, verdicts, [counted[row] for row in rows]])


class Step(NamedTuple):
    """Enrollments that passed a step alike."""

    version_id: int
    step: str
    branch: str
    reached_at: datetime
    left_at: datetime


def count_steps(steps: Mapping[Step, int]) -> None:
    """Count how many enrollments have passed steps so, in the transaction that did it."""
    came, went = Counter[Line](), Counter[Line]()
    for one, many in steps.items():
        came[one.version_id, one.step, one.branch, _quarter(one.reached_at)] += many
        went[one.version_id, one.step, one.branch, _quarter(one.left_at)] += many
    _count(COUNT_STEPS, came, went)


class End(NamedTuple):
    """Enrollments that ended alike; `fate` is `left` where they were taken out where they stood."""

    version_id: int
    step: str
    exit_reason: str
    ended_at: datetime
    reached_at: datetime
    fate: str


def count_ends(ends: Mapping[End, int]) -> None:
    """Count how many enrollments have ended so, in the transaction that did it."""
    ended, leavers = Counter[Line](), Counter[Line]()
    for end, many in ends.items():
        ended[end.version_id, "", end.exit_reason, _quarter(end.ended_at)] += many
        if end.fate == LEFT:
            leavers[end.version_id, end.step, "", _quarter(end.reached_at)] += many
    _count(COUNT_ENDS, ended, leavers)


def _count(sql: str, one: Counter[Line], other: Counter[Line]) -> None:
    if keys := sorted({*one, *other}):
        lines = [(*key, one[key], other[key]) for key in keys]
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*lines, strict=True)])


def _quarter(moment: datetime) -> datetime:
    """As `day_of`: zones differ by quarters of an hour."""
    return moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)


def count_moved(enrollment_ids: Sequence[int], old: int, new: int) -> None:
    """Count enrollments that go on in another version, in the transaction that takes them there."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_MOVED, {"ids": list(enrollment_ids), "old": old, "new": new})


def rooms(entrances: Iterable[Entrance], now: datetime) -> dict[int, int]:
    """How many may still enter each journey in this hour and day; those without caps are missing."""
    capped = [one for one in entrances if one.graph.trigger.entry.is_capped]
    if not capped:
        return {}
    asked: dict[str, Any] = {
        "journeys": [one.journey_id for one in capped],
        "hour": _hour(now),
        "day": _day(now),
    }
    with connection.cursor() as cursor:
        cursor.execute(ROOMS, asked)
        came = {journey_id: (int(hour), int(day)) for journey_id, hour, day in cursor.fetchall()}
    return {one.journey_id: _room(one, *came.get(one.journey_id, (0, 0))) for one in capped}


def _room(entrance: Entrance, in_hour: int, in_day: int) -> int:
    entry = entrance.graph.trigger.entry
    left = [
        cap - came
        for cap, came in ((entry.entries_per_hour, in_hour), (entry.entries_per_day, in_day))
        if cap is not None
    ]
    return max(0, min(left))


def enrollments_kept() -> dict[int, int]:
    """How many enrollments each journey has, ended ones too."""
    rows = EnrollmentTally.objects.order_by().values_list("journey_id").annotate(Sum("entered"))
    return {journey_id: int(entered) for journey_id, entered in rows}


def _zone() -> ZoneInfo:
    return ZoneInfo(settings.BRAND_TIME_ZONE)


def _hour(now: datetime) -> datetime:
    return now.astimezone(_zone()).replace(minute=0, second=0, microsecond=0)


def _day(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(_zone()).date(), time.min, _zone())


def tally_of(journey_id: int, since: datetime) -> Counter[str]:
    """How many came from `since` on, by verdict: entered is the empty one."""
    rows = EntryTally.objects.filter(journey_id=journey_id, hour__gte=since).values_list("verdict")
    return Counter(dict(rows.annotate(Sum("many"))))


def tallies_by_day(journey_id: int, since: datetime) -> dict[date, Counter[str]]:
    """The same for each day on which somebody came, the newest first."""
    rows = (
        EntryTally.objects.filter(journey_id=journey_id, hour__gte=since)
        .values_list(TruncDate("hour", tzinfo=_zone()), "verdict")
        .annotate(Sum("many"))
    )
    days: dict[date, Counter[str]] = {}
    for day, verdict, many in sorted(rows, reverse=True):
        days.setdefault(day, Counter())[verdict] = many
    return days
