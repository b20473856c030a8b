"""A simulation: a draft on the last days of so many customers, beside the sample shop's live journeys.

Each customer has two months of what households of a grocer do: orders, views, coupons, carts. Measured is
from the asking to the result, both legs and their processes' start included.
"""

import time
from datetime import datetime

from django.db import connection

from benchmarks.figure import Figure
from benchmarks.history import tidy
from benchmarks.installation import NotDoneError
from benchmarks.size import Size
from customers.models import Stage
from journeys import services
from journeys.models import Journey, Simulation
from journeys.simulate.conduct import conduct
from journeys.simulate.services import ask_simulation

DRAFT = "bench-draft"
# Each customer: 7 orders, 7 views, a coupon and a cart in 60 days, spread by hashes.
EVENTS = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT id, (ARRAY['Order Completed', 'Product Viewed', 'Order Completed', 'Product Viewed',
                      'Campaign Received', 'Product Viewed', 'Cart Updated', 'Order Completed'])[1 + k %% 8],
        at, at,
        jsonb_build_object('total', 10 + drawn %% 90, 'campaign_id', drawn %% 5,
                           'departments', '["GROCERY", "PRODUCE"]'::jsonb)
    FROM (SELECT id FROM customers_customer ORDER BY id LIMIT %(many)s) AS customer,
        generate_series(0, 15) AS k,
        LATERAL (SELECT abs(hashint8extended(id, k)) AS drawn) AS chance,
        LATERAL (SELECT %(now)s::timestamptz - make_interval(secs => 60 + drawn %% 5184000) AS at) AS moment
    ORDER BY at
"""
GRAPH = {
    "trigger": {"kind": "event", "event": "Cart Updated", "entry": {"policy": "again", "after": "P7D"}},
    "start": "back",
    "steps": [
        {
            "id": "back",
            "kind": "wait_for",
            "settings": {"event": "Order Completed", "at_most": "PT20H"},
            "branches": {"happened": None, "timed_out": "letter"},
        },
        {
            "id": "letter",
            "kind": "send_email",
            "settings": {"content": "bench-first", "priority": 60},
            "branches": {"sent": "pause", "not_sent": None},
        },
        {"id": "pause", "kind": "wait", "settings": {"span": "P5D"}, "branches": {"next": "second"}},
        {"id": "second", "kind": "send_email", "settings": {"content": "bench-second"}},
    ],
}

FORGET = "DELETE FROM customers_event WHERE id > %s"


def measure(size: Size, now: datetime) -> list[Figure]:
    """The seconds of one simulation; what was made for it is gone afterwards."""
    journey, last_id = _prepare(size.customers, now)
    started = time.perf_counter()
    asked = ask_simulation(journey.pk, size.days, size.customers, now)
    conduct(asked.pk, lambda: now)
    seconds = time.perf_counter() - started
    asked.refresh_from_db()
    if asked.state != Simulation.State.DONE or not asked.result["entered"]:
        raise NotDoneError(f"{NotDoneError.__doc__} The simulation {asked.state}: {asked.error}")
    journey.delete()
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [last_id])
    tidy()
    return [Figure("simulation", seconds, "s")]


def _prepare(customers: int, now: datetime) -> tuple[Journey, int]:
    """What customers did in two months, and the draft; the last event before."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM customers_event")
        last_id = cursor.fetchone()[0]
        cursor.execute(EVENTS, {"many": customers, "now": now})
    tidy()
    action = Stage.objects.get(slug="action")
    return services.create_journey(DRAFT, DRAFT, action, action, GRAPH), last_id
