"""`python -m benchmarks.pages`: how long the server takes for each page, at two sizes of the installation.

In one process, through all middleware, by the test client: what a page costs beside the network. Each page
is asked for a few times; p50 and p95 are printed, and how many times as long the greater size takes.
"""

import argparse
import os
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

AIM = 300  # milliseconds
JOURNEY = (
    "designer", "numbers", "goals", "publish", "versions", "comments", "history", "tests", "simulation",
)  # fmt: skip
HISTORY = (10, 6)  # events and messages of each customer that `history.fill` makes
EVENTS = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties)
    SELECT id, 'Product Viewed', at, at, '{"category": "Produce"}'
    FROM customers_customer, generate_series(1, %(many)s) AS k,
        LATERAL (SELECT ((id * 7919 + k * 104729) %% 525600)::int AS mins) AS chance,
        LATERAL (SELECT %(now)s::timestamptz - make_interval(mins => mins) AS at) AS moment
    WHERE id > %(after)s
"""
MESSAGES = """
    INSERT INTO channels_message (customer_id, channel, content_id, source, source_id, state, reason, slot_at,
        sent_at, opened_at, closed_at, due_at, created_at)
    SELECT id, CASE drawn %% 10 WHEN 0 THEN 'sms' ELSE 'email' END, %(content)s, 'broadcast', k, state,
        CASE state WHEN 'suppressed' THEN 'no_consent' WHEN 'held' THEN 'cap' WHEN 'failed' THEN 'exhausted'
                   ELSE '' END,
        CASE WHEN state IN ('sent', 'delivered') THEN at END,
        CASE WHEN state IN ('sent', 'delivered') THEN at END,
        CASE WHEN state = 'delivered' AND drawn %% 3 = 0 THEN at END, CASE WHEN state <> 'held' THEN at END,
        CASE WHEN state = 'held' THEN %(now)s::timestamptz + interval '1 day' END, at
    FROM customers_customer, generate_series(1, %(many)s) AS k,
        LATERAL (SELECT (id * 31 + k * 17)::int AS drawn) AS chance,
        LATERAL (SELECT (ARRAY['sent', 'sent', 'delivered', 'delivered', 'delivered', 'suppressed',
                               'suppressed', 'sent', 'delivered',
                               CASE drawn %% 3 WHEN 0 THEN 'held' WHEN 1 THEN 'failed'
                               ELSE 'sent' END])[1 + drawn %% 10] AS state,
                        %(now)s::timestamptz - make_interval(mins => drawn * 13 %% 43200) AS at) AS moment
    WHERE id > %(after)s
"""
# Customers came in over a year, and stand where they stand for up to 200 days.
SPREAD = """
    UPDATE customers_customer
    SET first_seen_at = %(now)s::timestamptz - make_interval(mins => (id * 7919 %% 525600)::int),
        stage_since = %(now)s::timestamptz - make_interval(mins => (id * 104729 %% 288000)::int)
    WHERE id > %(after)s
"""
# What `classify` has just found was so for a while.
FIRST_MOVES = """
    UPDATE customers_stagemove
    SET moved_at = moved_at - make_interval(mins => (customer_id * 104729 %% 525600)::int)
    WHERE customer_id > %(after)s AND from_stage_id IS NULL AND moved_at >= %(now)s
"""
# One customer in ten is inside the journey, one enrollment in ten reached the goal that counts once, one in
# fifty the other one twice.
INSIDE = """
    INSERT INTO journeys_enrollment (journey_id, version_id, customer_id, step, visit, reached_at, due_at,
        entered_at, is_held_out)
    SELECT %(journey)s, %(version)s, id, 'pause', 2, at, %(now)s::timestamptz + interval '20 days', at,
        id %% 100 = 30
    FROM customers_customer, LATERAL (
        SELECT %(now)s::timestamptz - make_interval(mins => (id * 17 %% 20000)::int)) AS stay (at)
    WHERE id > %(after)s AND id %% 10 = 0
"""
REACHED = """
    INSERT INTO journeys_conversion (journey_id, version_id, enrollment_id, customer_id,
        is_held_out, goal, occasion, event_id, occurred_at, value, currency)
    SELECT journey_id, version_id, id, customer_id, is_held_out, goal, occasion, 1,
        entered_at + interval '1 day',
        CASE goal WHEN 'order' THEN 12.5 END, CASE goal WHEN 'order' THEN 'EUR' ELSE '' END
    FROM journeys_enrollment,
        (VALUES ('order', 0, 10), ('view', 1, 50), ('view', 2, 50)) AS goal (goal, occasion, one_in)
    WHERE customer_id > %(after)s AND standing = 'ended' AND (id + one_in) %% one_in = 0
"""
GOALS = [
    {"name": "order", "when": {"kind": "event", "event": "Bench Ordered"}, "exits": False},
    {"name": "view", "when": {"kind": "event", "event": "Bench Viewed"}, "exits": False, "once": False},
]


class Took(NamedTuple):
    """The times of one page, in milliseconds."""

    p50: float
    p95: float


def main() -> None:
    """Fill, measure, fill on, measure again."""
    options = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    options.add_argument(
        "--customers", type=int, nargs="+", default=[100_000, 1_000_000], help="one size or more"
    )
    options.add_argument("--events", type=int, default=50, help="of each customer")
    options.add_argument("--messages", type=int, default=10, help="of each customer")
    options.add_argument("--runs", type=int, default=11, help="of each page")
    options.add_argument("--only", default="", help="pages whose address contains this")
    asked = options.parse_args()
    var = Path(tempfile.mkdtemp(prefix="sette-pages-"))
    try:
        prepare_environment(var)
        _measure(var, asked)
    finally:
        shutil.rmtree(var, ignore_errors=True)


def prepare_environment(var: Path) -> None:
    """A new installation under `var`, without a sandbox, in this process and those that it starts."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SETTE_SANDBOX": "0",
        "SETTE_SECRET_KEY": secrets.token_urlsafe(50),
        "SETTE_VAR": str(var),
        "SETTE_LOG_LEVEL": "ERROR",
        "EMAIL_URL": "smtp://127.0.0.1:1",
        "SETTE_REHEARSAL": "0",
    }
    import django  # noqa: PLC0415

    django.setup()


def _measure(var: Path, asked: argparse.Namespace) -> None:
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    from benchmarks.history import open_for_business  # noqa: PLC0415
    from config import embedded, work  # noqa: PLC0415

    now = datetime.now(UTC)
    found: list[dict[str, Took]] = []
    with embedded.running(var, tied=True):
        work.silence()
        call_command("migrate", verbosity=0)
        open_for_business("smtp://127.0.0.1:1", now)
        filled = 0
        for size in asked.customers:
            began = time.monotonic()
            _fill(filled + 1, size, asked, now)
            filled = size
            print(f"{size:,} customers, filled in {time.monotonic() - began:.0f} s", flush=True)
            found.append(dict(_times(asked)))
        connections.close_all()
    _tell(found, asked.customers)


def _fill(first: int, last: int, asked: argparse.Namespace, now: datetime) -> None:
    from django.db import connection, transaction  # noqa: PLC0415

    from benchmarks.flows import MOVES  # noqa: PLC0415
    from benchmarks.history import fill, tidy  # noqa: PLC0415
    from channels.models import Content  # noqa: PLC0415
    from config import tally  # noqa: PLC0415
    from customers.models import Customer  # noqa: PLC0415
    from insights.readings import take_readings  # noqa: PLC0415

    before = Customer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    past = _with_goals(now)
    fill(first, last, now)
    content = Content.objects.get(slug="bench-first").pk
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        values = {"now": now, "after": before, "content": content}
        cursor.execute(EVENTS, values | {"many": max(0, asked.events - HISTORY[0])})
        cursor.execute(MESSAGES, values | {"many": max(0, asked.messages - HISTORY[1])})
        for statement in (SPREAD, FIRST_MOVES, MOVES, INSIDE, REACHED):
            cursor.execute(statement, values | past)
    tally.recount_all(now)
    tally.fold_all(now)
    take_readings(now)
    tidy()


def _with_goals(now: datetime) -> dict[str, int]:
    """The journey with a past, its goals and its holdout: itself and its version."""
    from benchmarks.history import PAST  # noqa: PLC0415
    from journeys import services  # noqa: PLC0415
    from journeys.models import Journey  # noqa: PLC0415

    journey = Journey.objects.get(slug=PAST)
    if not journey.draft["goals"]:
        services.save_draft(journey.pk, journey.draft | {"goals": GOALS, "holdout": {"percent": 5}})
        services.publish(journey.pk, now)
        journey.refresh_from_db()
    return {"journey": journey.pk, "version": journey.live_version_id or 0}


def _times(asked: argparse.Namespace) -> Iterator[tuple[str, Took]]:
    from django.contrib.auth.models import User  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)[0])
    for name, address in pages():
        if asked.only not in name:
            continue
        spent = []
        for _run in range(asked.runs + 1):
            began = time.perf_counter()
            answer = client.get(address)
            spent.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise RuntimeError(f"{name}: {answer.status_code}")
        ordered = sorted(spent[1:])  # the first one compiles templates
        took = Took(statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1))])
        print(f"{name:<56}{took.p50:>9.0f}{took.p95:>9.0f}", flush=True)
        yield name, took


def pages() -> Iterator[tuple[str, str]]:
    """Home, each list, a customer, a message, segments, a journey with a long past: name and address."""
    from django.contrib import admin  # noqa: PLC0415
    from django.urls import reverse  # noqa: PLC0415

    from benchmarks.history import PAST  # noqa: PLC0415
    from channels.models import Message  # noqa: PLC0415
    from customers.models import Customer, Segment  # noqa: PLC0415
    from journeys.models import Journey  # noqa: PLC0415

    addresses = [reverse("admin:index"), reverse("admin:index") + "?days=365"]
    for model in admin.site._registry:  # noqa: SLF001 - Django's own tests read it so
        meta = model._meta  # noqa: SLF001 - Django documents _meta
        if meta.model_name != "publishingpolicy":  # leads on to its one row
            addresses.append(reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist"))
    customers = reverse("admin:customers_customer_changelist")
    messages = reverse("admin:channels_message_changelist")
    addresses += [f"{customers}?{chosen}" for chosen in ("q=c77", "stage=6", "longer=43200", "p=20")]
    addresses += [
        f"{messages}?{chosen}" for chosen in ("q=c77", "state__exact=held", "reason__exact=exhausted")
    ]
    addresses += [f"{reverse('admin:search')}?q={term}" for term in ("", "c77", "mara conti", "welcome")]
    yield from ((address, address) for address in addresses)
    customer, message = Customer.objects.order_by("-pk")[50], Message.objects.order_by("-pk")[50]
    yield "a customer", reverse("admin:customer", args=[customer.public_id])
    yield "a message", reverse("admin:channels_message_change", args=[message.pk])
    for segment in Segment.objects.order_by("pk")[:2]:
        yield f"segment {segment.slug}", reverse("admin:customers_segment_change", args=[segment.pk])
    journey = Journey.objects.get(slug=PAST).pk
    yield "journey overview", reverse("admin:journeys_journey_change", args=[journey])
    for page in JOURNEY:
        yield f"journey {page}", reverse(f"admin:journey_{page}", args=[journey])
    last_week = f"?from={datetime.now(UTC) - timedelta(days=6):%Y-%m-%d}&to={datetime.now(UTC):%Y-%m-%d}"
    yield "journey numbers of a week", reverse("admin:journey_numbers", args=[journey]) + last_week
    yield "stage_flow of a year", reverse("admin:stage_flow") + "?days=365"
    for page in (
        "stage_flow",
        "stage_barriers",
        "stage_cohorts",
        "segment_ready",
        "journey_new",
        "api_reference",
    ):
        yield page, reverse(f"admin:{page}")


def _tell(found: list[dict[str, Took]], sizes: list[int]) -> None:
    slow = {page for times in found for page, took in times.items() if took.p50 > AIM}
    grown = {
        page: found[-1][page].p50 / found[0][page].p50
        for page in found[0]
        if len(found) > 1 and page in found[-1]
    }
    for page in found[-1]:
        growth = f"{grown[page]:>7.2f}x" if page in grown else ""
        print(
            f"{page:<56}"
            + "".join(f"{times[page].p50:>9.0f}{times[page].p95:>9.0f}" for times in found)
            + growth
        )
    print(f"At {sizes} customers {len(slow)} pages take over {AIM} ms: {sorted(slow) or 'none'}")


if __name__ == "__main__":
    main()
