"""The counts that are kept: how many customers stand where and are in which segment; who moved each hour."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta, tzinfo

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDate

from config.localtime import zone_of
from config.tally import ALWAYS, Tally, day_of, hour_of
from customers.models import SegmentSize, StageSize, StageTally

SIZES = Tally(
    name="customers_stagesize",
    of="customers_customer",
    keys=["stage"],
    measures=["customers"],
    rows="SELECT coalesce(stage_id, 0) AS stage, 1 AS customers FROM {of}",
    changes="stage_id",
)
MOVES = Tally(
    name="customers_stagetally",
    of="customers_stagemove",
    keys=["hour", "from_stage", "to_stage"],
    measures=["moves"],
    rows=f"""SELECT {hour_of("moved_at")} AS hour, coalesce(from_stage_id, 0) AS from_stage,
        to_stage_id AS to_stage, 1 AS moves FROM {{of}}""",
)
STAYS = Tally(
    name="customers_staytally",
    of="customers_stagemove",
    keys=["day", "from_stage", "to_stage", "lasted"],
    measures=["moves"],
    rows=f"""SELECT {day_of("moved_at")} AS day, coalesce(from_stage_id, 0) AS from_stage,
        to_stage_id AS to_stage, coalesce(lasted, 0) AS lasted, 1 AS moves FROM {{of}}""",
)
MEMBERS = Tally(
    name="customers_segmentsize",
    of="customers_membership",
    keys=["segment_id"],
    measures=["members"],
    rows="SELECT segment_id, 1 AS members FROM {of} WHERE left_at IS NULL",
    changes=ALWAYS,
)


def member_counts(segment_ids: Iterable[int]) -> dict[int, int]:
    """How many customers are in each of the segments."""
    ids = list(segment_ids)
    rows = SegmentSize.objects.filter(segment_id__in=ids).order_by().values_list("segment_id")
    return dict.fromkeys(ids, 0) | dict(rows.annotate(Sum("members")))


def stage_sizes() -> Counter[int]:
    """How many customers stand in each stage; 0: in none yet."""
    rows = StageSize.objects.order_by().values_list("stage").annotate(Sum("customers"))
    return Counter(dict(rows))


def moves_between(start: datetime, end: datetime) -> Counter[tuple[int, int]]:
    """How many moves of the hours from `start` on, before `end`, led from where (0: none yet) to where."""
    pairs = _hours(start, end).values_list("from_stage", "to_stage")
    return Counter({(source, to): many for source, to, many in pairs.annotate(Sum("moves")) if many})


def daily_moves(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[date, int, int, int]]:
    """The same day by day of a zone: the day, from where, to where, how many."""
    days = _hours(start, end).values_list(TruncDate("hour", tzinfo=zone), "from_stage", "to_stage")
    return [(day, source, to, many) for day, source, to, many in days.annotate(Sum("moves")) if many]


Lasted = Counter[int]  # how many, by the seconds that it lasted
# Whole days off the tally, what is before and after them off the moves. Plan: stay_tally_day, stage_move_at.
ENDED_STAYS = """
    SELECT from_stage, to_stage, lasted, sum(many) FROM (
        SELECT from_stage, to_stage, lasted, moves AS many FROM customers_staytally
        WHERE day >= %(first)s AND day < %(last)s
        UNION ALL
        SELECT coalesce(from_stage_id, 0), to_stage_id, coalesce(lasted, 0), 1 FROM customers_stagemove
        WHERE moved_at >= %(start)s AND moved_at < %(first)s
        UNION ALL
        SELECT coalesce(from_stage_id, 0), to_stage_id, coalesce(lasted, 0), 1 FROM customers_stagemove
        WHERE moved_at >= %(last)s AND moved_at < %(end)s
    ) AS stay GROUP BY 1, 2, 3 HAVING sum(many) > 0
"""


def ended_stays(start: datetime, end: datetime) -> dict[tuple[int, int], Lasted]:
    """How many moved from `start` on, before `end`, from where (0: none yet) to where, after how long."""
    first = min(_midnight(start, 1), end)
    days = {"start": start, "first": first, "last": max(first, _midnight(end, 0)), "end": end}
    found: dict[tuple[int, int], Lasted] = {}
    with connection.cursor() as cursor:
        cursor.execute(ENDED_STAYS, days)
        for source, to, lasted, many in cursor.fetchall():
            found.setdefault((source, to), Counter())[lasted] = int(many)
    return found


def _midnight(moment: datetime, later: int) -> datetime:
    """When the brand's day of a moment began, or one so many days later; the moment, where a day begins."""
    zone = zone_of(settings.BRAND_TIME_ZONE, "UTC")
    began = datetime.combine(moment.astimezone(zone).date(), time.min, zone)
    return moment if began == moment else began + timedelta(days=later)


def _hours(start: datetime, end: datetime) -> QuerySet[StageTally]:
    return StageTally.objects.filter(hour__gte=start, hour__lt=end).order_by()
