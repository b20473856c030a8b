"""How many customers stand at each cap at a moment. For a sweep: it looks at all slots of their windows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection

from channels.caps import counts, reach
from channels.models import Cap, ChannelKind
from channels.quiet import window_around
from config.localtime import zone_of
from customers.models import Customer

# Plan: the index message_slot_at over one window; customers by their key where the cap asks about them.
USED = """
    SELECT count(*), count(*) FILTER (WHERE used > %(limit)s) FROM (
        SELECT count(*) AS used FROM channels_message m {joins}
        WHERE m.slot_at > %(since)s AND m.slot_at <= %(now)s AND m.channel = ANY(%(channels)s)
          AND (%(topic)s = '' OR m.topic = %(topic)s) {conditions}
        GROUP BY m.customer_id HAVING count(*) >= %(limit)s
    ) AS crowded
"""
CUSTOMERS = "JOIN customers_customer c ON c.id = m.customer_id"
WINDOWS = """
    LEFT JOIN unnest(%(zones)s::text[], %(starts)s::timestamptz[]) AS around (zone, start)
           ON around.zone = c.time_zone
"""
IN_WINDOW = "AND m.slot_at >= coalesce(around.start, %(start)s)"
IN_STAGE = "AND c.stage_id = %(stage)s"


class CapPressure(NamedTuple):
    """How many customers have used up a cap, and how many of them have more than it allows."""

    cap: str
    full: int
    over: int


def cap_pressure(now: datetime) -> list[CapPressure]:
    """Of each active cap, as `ledger.caps_now` says of one customer."""
    caps = list(Cap.objects.filter(is_active=True))
    has_calendar = any(cap.span is None for cap in caps)
    zones = Customer.objects.order_by().values_list("time_zone", flat=True).distinct() if has_calendar else []
    return [CapPressure(cap.name, *_used(cap, list(zones), now)) for cap in caps]


def _used(cap: Cap, zones: list[str], now: datetime) -> Any:
    values: dict[str, Any] = {
        "now": now,
        "since": now - reach([cap]),
        "limit": cap.limit,
        "topic": cap.topic,
        "stage": cap.stage_id,
        "channels": [kind for kind in ChannelKind.values if counts(cap, kind, cap.topic)],
    }
    joins, conditions = "", ""
    if cap.span is None:
        values |= dict(_windows(cap, zones, now))
        joins, conditions = CUSTOMERS + WINDOWS, IN_WINDOW
    if cap.stage_id is not None:
        joins, conditions = joins or CUSTOMERS, f"{conditions} {IN_STAGE}"
    with connection.cursor() as cursor:
        cursor.execute(USED.format(joins=joins, conditions=conditions), values)
        return cursor.fetchone()


def _windows(cap: Cap, zones: list[str], now: datetime) -> Iterator[tuple[str, Any]]:
    """When the cap's day, week or month began: by the brand's clock, and in each zone of the customers."""
    brand = ZoneInfo(settings.BRAND_TIME_ZONE)
    yield "start", window_around(cap.window, now, brand)[0]
    yield "zones", zones
    yield (
        "starts",
        [window_around(cap.window, now, zone_of(zone, settings.BRAND_TIME_ZONE))[0] for zone in zones],
    )
