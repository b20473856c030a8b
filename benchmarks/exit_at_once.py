"""A goal that ends a journey: how soon what waits for its customer is withdrawn.

Everybody is inside a long wait, with a message that is held until tomorrow. The conversion, the end and the
withdrawal are one transaction, so whoever can read the first reads all.
"""

import statistics
from datetime import datetime

from django.db import connection

from benchmarks.figure import Figure, quantile
from benchmarks.history import make_journey
from benchmarks.installation import Installation, NotDoneError
from benchmarks.live import STAY, followed
from benchmarks.size import Size
from channels.models import Message
from journeys.models import Journey

JOURNEY, EVENT = "bench-goal", "Bench Bought"
GOAL = {"name": "bought", "when": {"kind": "event", "event": EVENT}, "window": "P30D"}
INSIDE = """
    INSERT INTO journeys_enrollment
        (journey_id, version_id, customer_id, step, visit, reached_at, standing, due_at, entered_at)
    SELECT %(journey)s, %(version)s, id, 'stay', 2, %(now)s, 'due', %(now)s::timestamptz + interval '1 day',
           %(now)s
    FROM customers_customer
"""
HELD = """
    INSERT INTO channels_message (customer_id, channel, source, source_id, enrollment_id, step, visit, state,
        reason, held_by, due_at, created_at)
    SELECT customer_id, 'email', 'journey', version_id, id, 'first', 1, 'held', 'quiet_hours', 'quiet_hours',
           due_at, entered_at
    FROM journeys_enrollment WHERE journey_id = %(journey)s
"""
NEW = "SELECT max(id), array_agg(customer_id) FROM journeys_conversion WHERE journey_id = %s AND id > %s"


def prepare(now: datetime) -> None:
    """Everybody enters, and has a message that is held."""
    journey = Journey.objects.filter(slug=JOURNEY).first()
    version_id = (
        journey.live_version_id if journey else make_journey(JOURNEY, "stay", STAY, now, goals=[GOAL])
    )
    journey_id = Journey.objects.get(slug=JOURNEY).pk
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE journeys_conversion")
        cursor.execute(INSIDE, {"journey": journey_id, "version": version_id, "now": now})
        cursor.execute(HELD, {"journey": journey_id})
        cursor.execute("VACUUM (ANALYZE) journeys_enrollment, channels_message")


def measure(installation: Installation, size: Size, customers: int, key: str) -> list[Figure]:
    """Milliseconds from the moment when an event is to be sent until its customer's message is withdrawn."""
    journey = Journey.objects.get(slug=JOURNEY)
    numbers = list(range(1, min(size.live, customers - customers // 3) + 1))
    warm = [customers - n for n in range(min(100, customers // 3))]
    followed(installation, NEW, journey.pk, size, key, dict.fromkeys(warm, EVENT))
    waits = followed(installation, NEW, journey.pk, size, key, dict.fromkeys(numbers, EVENT))
    withdrawn = Message.objects.filter(source_id=journey.live_version_id, state="suppressed", reason="exited")
    if withdrawn.count() != len(numbers) + len(warm):
        raise NotDoneError(f"{NotDoneError.__doc__} Some messages were not withdrawn.")
    return [
        Figure("exit_at_once_p50", statistics.median(waits), "ms"),
        Figure("exit_at_once_p99", quantile(waits, 0.99), "ms"),
    ]
