"""Cohorts: of the customers first met in a month, how many reached each stage, within some days or ever."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from config.localtime import moment_of, zone_of

# A bit for each stage that somebody reached: one row per customer, counted without sorting.
COHORTS = """
    WITH known AS (
        SELECT id, first_seen_at, date_trunc('month', first_seen_at AT TIME ZONE %(zone)s)::date AS month
        FROM customers_customer WHERE first_seen_at >= %(start)s AND first_seen_at <= %(now)s
    ), reached AS (
        SELECT customer_id, bit_or(1 << to_stage_id) AS stages
        FROM customers_stagemove AS move JOIN known ON known.id = move.customer_id
        WHERE moved_at <= %(now)s
          AND (%(within)s::interval IS NULL OR moved_at <= first_seen_at + %(within)s::interval)
        GROUP BY customer_id
    )
    SELECT month, count(*), count(*) FILTER (WHERE stages & 2 > 0), count(*) FILTER (WHERE stages & 4 > 0),
           count(*) FILTER (WHERE stages & 8 > 0), count(*) FILTER (WHERE stages & 16 > 0),
           count(*) FILTER (WHERE stages & 32 > 0), count(*) FILTER (WHERE stages & 64 > 0),
           count(*) FILTER (WHERE stages & 128 > 0)
    FROM known LEFT JOIN reached ON reached.customer_id = known.id GROUP BY month ORDER BY month
"""


@dataclass(frozen=True)
class Cohort:
    """The customers first met in a month; `reached` has one number for each of the seven stages.

    `is_whole`: the days that everybody has are over for all of them.
    """

    month: date
    customers: int
    reached: list[int]
    is_whole: bool


def cohorts(now: datetime, months: int = 12, within: timedelta | None = None) -> list[Cohort]:
    """The last months' cohorts, this month's included, with who reached what `within` a span, or by now."""
    zone = zone_of(settings.BRAND_TIME_ZONE, "UTC")
    first = _month(now.astimezone(zone).date(), 1 - months)
    values: dict[str, Any] = {
        "zone": settings.BRAND_TIME_ZONE,
        "start": _begin(first),
        "now": now,
        "within": within,
    }
    with connection.cursor() as cursor:
        cursor.execute(COHORTS, values)
        return [
            Cohort(month, size, reached, _begin(_month(month, 1)) + (within or timedelta(0)) <= now)
            for month, size, *reached in cursor.fetchall()
        ]


def told(found: Iterable[Cohort]) -> list[Any]:
    """As JSON, to be kept."""
    return [asdict(one) | {"month": one.month.isoformat()} for one in found]


def heard(said: Iterable[Any]) -> list[Cohort]:
    """Cohorts that were `told`."""
    return [Cohort(**one | {"month": date.fromisoformat(one["month"])}) for one in said]


def _month(day: date, later: int) -> date:
    """The first day of the month so many months later."""
    number = day.year * 12 + day.month - 1 + later
    return date(number // 12, number % 12 + 1, 1)


def _begin(day: date) -> datetime:
    """Its first moment in the brand's zone; no zone skips the first of a month whole."""
    zone = zone_of(settings.BRAND_TIME_ZONE, "UTC")
    return moment_of(day, time.min, zone) or datetime.combine(day, time.min, UTC)
