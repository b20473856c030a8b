"""A journey that begins with everybody in a segment: how fast they enter, and when the first has a mail.

Entering is measured alone: by one process, nothing else running, in the chunks in which it commits. The first
message is that of the whole product, while the others still enter.
"""

import multiprocessing
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from typing import Any

from django.db import connection, connections

from benchmarks.figure import Figure, in_turns
from benchmarks.floors.start_segment import enroll_members
from benchmarks.history import open_for_business
from benchmarks.installation import Installation
from benchmarks.mailbox import Mailbox
from benchmarks.size import Size
from channels.models import Content
from config import work
from customers.models import Customer, Segment, Stage
from journeys import services
from journeys.models import Journey, JourneyVersion
from journeys.start import CHUNK, begin, start_members

SLUG, MAILED = "bench-start", "bench-start-mailed"
STAY = [{"id": "stay", "kind": "wait", "settings": {"span": "P9D"}}]
MAIL = [{"id": "mail", "kind": "send_email", "settings": {"content": "bench-first"}, "branches": {}}]
REACHABLE = 5000  # customers with an address, who enter first
JOIN = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT %s, id, first_seen_at FROM customers_customer ORDER BY id
"""
ADDRESSES = """
    INSERT INTO customers_identity (customer_id, kind, value, created_at)
    SELECT id, 'email', 'c' || id || '@example.com', %s FROM customers_customer ORDER BY id LIMIT %s
    ON CONFLICT DO NOTHING
"""
NAMES = """
    UPDATE customers_customer SET traits = traits || '{"first_name": "Ada"}'
    WHERE id IN (SELECT id FROM customers_customer ORDER BY id LIMIT %s)
"""
SENT = """
    SELECT EXISTS (SELECT FROM channels_message
                   WHERE source = 'journey' AND source_id = %s AND state = 'sent')
"""
UNIT = 1024 * 1024 if sys.platform == "darwin" else 1024  # of ru_maxrss, in a MiB


def prepare(mailbox: Mailbox, now: datetime) -> None:
    """Everybody in one segment, the first of them with addresses."""
    if not Content.objects.filter(slug="bench-first").exists():
        open_for_business(mailbox.url, now)
    segment = Segment.objects.create(slug=SLUG, name=SLUG, kind=Segment.Kind.LIST, rebuilt_at=now)
    with connection.cursor() as cursor:
        cursor.execute(JOIN, [segment.pk])
        cursor.execute(ADDRESSES, [now, REACHABLE])
        cursor.execute(NAMES, [REACHABLE])
        cursor.execute("VACUUM (ANALYZE) customers_membership, customers_identity, customers_customer")


def measure(size: Size, database_url: str, mailbox: Mailbox, now: datetime) -> list[Figure]:
    """Enrollments a second; how much more memory the process has at the end than after its first chunk."""
    prepare(mailbox, now)
    work.silence()
    members = Customer.objects.count()
    grown: list[float] = []
    ours, floor = in_turns(
        size.runs, lambda: _ours(members, grown), lambda: _floor(database_url, members, now)
    )
    _empty()
    return [
        Figure(
            "start_rate", members / statistics.median(ours), "customers/s", members / statistics.median(floor)
        ),
        Figure("start_memory", max(grown), "MiB"),
    ]


def _publish(slug: str, steps: list[dict[str, Any]]) -> JourneyVersion:
    stage = Stage.objects.get(slug="action")
    Journey.objects.filter(slug=slug).update(slug=f"{slug}-{time.time_ns()}", state=Journey.State.ARCHIVED)
    trigger = {"kind": "segment_entered", "segment": SLUG, "existing": True}
    graph = {"trigger": trigger, "start": steps[0]["id"], "steps": steps}
    journey = services.create_journey(slug, slug, stage, stage, graph)
    return services.publish(journey.pk, datetime.now(UTC))


def _ours(members: int, grown: list[float]) -> float:
    _empty()
    version = _publish(SLUG, STAY)
    connections.close_all()
    answers, told = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("fork").Process(target=_start_all, args=(told,))
    worker.start()
    seconds, more = answers.recv()
    worker.join()
    if version.enrollments.count() != members:
        raise RuntimeError(f"{version.enrollments.count()} of {members} entered.")
    grown.append(more)
    return float(seconds)


def _start_all(told: Any) -> None:
    """In a process of its own, as a worker has one."""
    now = datetime.now(UTC)
    started = time.perf_counter()
    while begin(now):
        pass
    start_members(now, min(CHUNK, 100))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    while start_members(now):
        pass
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told.send((time.perf_counter() - started, (after - before) / UNIT))


def _floor(database_url: str, members: int, now: datetime) -> float:
    _empty()
    version = _publish(SLUG, STAY)
    Journey.objects.filter(pk=version.journey_id).update(begun_version=version)
    segment = Segment.objects.get(slug=SLUG)
    started = time.perf_counter()
    enroll_members(database_url, version.journey_id, version.pk, segment.pk, now)
    taken = time.perf_counter() - started
    if version.enrollments.count() != members:
        raise RuntimeError(f"{version.enrollments.count()} of {members} entered.")
    return taken


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE journeys_enrollment, journeys_start CASCADE")
        cursor.execute("CHECKPOINT")


def measure_first(installation: Installation) -> list[Figure]:
    """Seconds from the publishing until the first message is sent; then nobody enters any more."""
    installation.wait_until_quiet()
    started = time.monotonic()
    version = _publish(MAILED, MAIL)
    try:
        sent = installation.wait_until(SENT, version.pk)
    finally:
        services.pause(version.journey_id)
    return [Figure("start_first_message", sent - started, "s")]
