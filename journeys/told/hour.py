"""The local hour of the day at which a customer most often opens and clicks.

Of the last 90 days, c(h) of the customer's n opens and clicks fell into the hour h, and of the shop's newest
messages a share p(h). The best hour is that of the greatest (c(h) + m·p(h)) / (n + m): the posterior mean of
a multinomial under a Dirichlet prior of the weight m (Bayesian Data Analysis, 3rd ed., section 3.4). So who
has done little goes by the shop, and who has done much by themselves. Where nobody has ever opened anything
there is none.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection

from config.localtime import ago, zone_of
from journeys.told.teller import Answers, Teller
from journeys.walk import Walk

MEMORY = timedelta(days=90)
WEIGHT = 12  # m: as if each customer had opened so many messages at the shop's hours
SAMPLE = 20_000  # of the shop's newest messages
# Half hours are fine enough: they fall into one hour of nearly every zone. Plan: of each customer two ranges
# of event_of_customer.
THEIRS = """
    SELECT customer.id, customer.time_zone, date_bin('30 minutes', event.occurred_at, 'epoch'), count(*)
    FROM customers_customer customer
    JOIN customers_event event ON event.customer_id = customer.id
     AND event.name IN ('$message_opened', '$message_clicked')
     AND event.occurred_at > %(since)s AND event.occurred_at <= %(now)s
    WHERE customer.id = ANY(%(ids)s)
    GROUP BY 1, 2, 3
"""
# Plan: the end of the messages' primary key, and their customers.
OF_ALL = """
    SELECT 0, customer.time_zone, date_bin('30 minutes', least(opened_at, clicked_at), 'epoch'), count(*)
    FROM (SELECT customer_id, opened_at, clicked_at FROM channels_message
          ORDER BY id DESC LIMIT %(sample)s) newest
    JOIN customers_customer customer ON customer.id = newest.customer_id
    WHERE opened_at IS NOT NULL OR clicked_at IS NOT NULL
    GROUP BY 1, 2, 3
"""
Hours = Mapping[int, float]


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    ids = sorted({row.customer_id for walk in walks for row in walk.rows})
    with connection.cursor() as cursor:
        cursor.execute(THEIRS, {"ids": ids, "since": ago(now, MEMORY), "now": now})
        theirs = _hours(cursor.fetchall())
        cursor.execute(OF_ALL, {"sample": SAMPLE})
        everybody = _hours(cursor.fetchall()).get(0, Counter())
    prior = {hour: WEIGHT * count / everybody.total() for hour, count in everybody.items()}
    return lambda _walk: lambda row: best_hour(theirs.get(row.customer_id, {}), prior)


def _hours(rows: Iterable[tuple[int, str, datetime, int]]) -> dict[int, Counter[int]]:
    """How often in which local hour, by customer."""
    counts: dict[int, Counter[int]] = {}
    for customer_id, zone, at, count in rows:
        hour = at.astimezone(zone_of(zone, settings.BRAND_TIME_ZONE)).hour
        counts.setdefault(customer_id, Counter())[hour] += count
    return counts


def best_hour(theirs: Hours, prior: Hours) -> int | None:
    """The hour of the greatest sum, of several the earliest; n + m is the same for all of them."""
    weights = {hour: theirs.get(hour, 0) + prior.get(hour, 0) for hour in {*theirs, *prior}}
    return min(weights, key=lambda hour: (-weights[hour], hour), default=None)


HOUR = Teller("hour", lambda place: place.step.reads_hour, _read, before_fate=True)
