"""From an event's POST to its mail at the sink, one at a time and at a pace; and how late a due wait fires.

The floor commits the event, answers, and hands a line of text to the same sink.
"""

import itertools
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection

from benchmarks import calls
from benchmarks.figure import Figure, quantile
from benchmarks.history import LATENCY, PAUSE, WAIT
from benchmarks.ingest import floor_server
from benchmarks.installation import Installation, NotDoneError
from benchmarks.load import blast
from benchmarks.mailbox import Mailbox
from benchmarks.size import Size
from journeys.models import Journey

PATIENCE = 60.0
REST = 0.05  # between one mail and the next event
CONNECTIONS = 16
WARM = 20  # events before the first that counts: each worker has read the journeys and contents by then
ROUND = 20  # events, before the other has its turn
PAUSED = """
    SELECT identity.value, log.reached_at FROM journeys_steplog log
    JOIN customers_identity identity ON identity.customer_id = log.customer_id AND identity.kind = 'email'
    WHERE log.version_id = %s AND log.step = 'pause' ORDER BY log.reached_at  -- the last one counts
"""

AT_ONCE = timedelta(seconds=3)  # before the first is due: all have been put there by then
DUE_PER_SECOND = 200
STAND = """
    INSERT INTO journeys_enrollment
        (journey_id, version_id, customer_id, step, reached_at, due_at, entered_at)
    SELECT version.journey_id, version.id, identity.customer_id, 'pause', due.at - %(pause)s, due.at,
        due.at - %(pause)s
    FROM unnest(%(addresses)s::text[], %(ats)s::timestamptz[]) AS due (address, at)
    JOIN customers_identity identity ON identity.kind = 'email' AND identity.value = due.address
    JOIN journeys_journeyversion version ON version.id = %(version)s
"""


def measure(
    installation: Installation, mailbox: Mailbox, size: Size, customers: int, key: str
) -> list[Figure]:
    """Idle, ours and the floor's in turns; due waits; and at a pace."""
    numbers = itertools.cycle(range(1, customers + 1))
    installation.wait_until_quiet()
    for number in itertools.islice(numbers, min(WARM, size.idle)):
        _one(installation.port, mailbox, key, number)
    ours: list[float] = []
    floor: list[float] = []
    with floor_server(installation.database_url, customers, mailbox.port) as floor_port:
        while len(ours) < size.idle:
            for port, waits in ((installation.port, ours), (floor_port, floor)):
                some = itertools.islice(numbers, min(ROUND, size.idle))
                waits += [_one(port, mailbox, key, number) for number in some]
    lags = _lags(installation, mailbox, key, list(itertools.islice(numbers, size.waits)))
    installation.wait_until_quiet()
    loaded = _at_pace(installation, mailbox, size, key, list(itertools.islice(numbers, size.loaded)))
    installation.wait_until_quiet()
    fired = _fired(mailbox, list(itertools.islice(numbers, size.loaded)))
    installation.wait_until_quiet()
    return [
        Figure("latency_p50", statistics.median(ours), "ms", statistics.median(floor)),
        Figure("latency_p99", quantile(ours, 0.99), "ms", quantile(floor, 0.99)),
        Figure("due_wait_lag", max(lags), "ms"),
        Figure("due_waits_p50", statistics.median(fired), "ms"),
        Figure("due_waits_p99", quantile(fired, 0.99), "ms"),
        Figure("latency_loaded_p50", statistics.median(loaded), "ms"),
        Figure("latency_loaded_p99", quantile(loaded, 0.99), "ms"),
    ]


def _one(port: int, mailbox: Mailbox, key: str, number: int) -> float:
    """Milliseconds from one POST to its mail."""
    time.sleep(REST)
    mailbox.arrivals()
    [sent] = blast(port, [calls.single_request(port, key, calls.track(number, LATENCY, {}))], 1)
    return 1000 * (_arrived(mailbox, [number])[_address(number)] - sent.begun_at)


def _address(number: int) -> str:
    return f"c{number}@example.com"


def _arrived(mailbox: Mailbox, numbers: Sequence[int]) -> dict[str, float]:
    """When the mail of each of these customers came."""
    missing = {_address(number) for number in numbers}
    came: dict[str, float] = {}
    deadline = time.monotonic() + PATIENCE
    while missing:
        came |= {address: at for address, at in mailbox.arrivals() if address in missing}
        missing -= came.keys()
        if time.monotonic() > deadline:
            raise NotDoneError(f"{NotDoneError.__doc__} {len(missing)} mails did not come.")
        time.sleep(0.002)
    return came


def _lags(installation: Installation, mailbox: Mailbox, key: str, numbers: list[int]) -> list[float]:
    """Milliseconds from the moment when each wait was due until its mail."""
    version_id = Journey.objects.get(slug=WAIT).live_version_id
    assert version_id
    mailbox.arrivals()
    port = installation.port
    bodies = [calls.track(number, WAIT, {}) | {"timestamp": None} for number in numbers]  # when it comes
    requests = [calls.single_request(port, key, body) for body in bodies]
    blast(port, requests, 1, per_second=10)
    came = _arrived(mailbox, numbers)
    monotonic_of_epoch = time.monotonic() - time.time()
    installation.wait_until_quiet()
    with connection.cursor() as cursor:
        cursor.execute(PAUSED, [version_id])
        due: dict[str, datetime] = {address: reached_at + PAUSE for address, reached_at in cursor.fetchall()}
    return [1000 * (at - due[address].timestamp() - monotonic_of_epoch) for address, at in came.items()]


def _at_pace(
    installation: Installation, mailbox: Mailbox, size: Size, key: str, numbers: list[int]
) -> list[float]:
    """Milliseconds from the moment when each event was to be sent until its mail; each event has one."""
    mailbox.arrivals()
    port = installation.port
    requests = [calls.single_request(port, key, calls.track(number, LATENCY, {})) for number in numbers]
    sent = blast(port, requests, CONNECTIONS, size.per_second)
    begun_at = min(one.begun_at for one in sent)
    came = _arrived(mailbox, numbers)
    return [
        1000 * (came[_address(number)] - begun_at - place / size.per_second)
        for place, number in enumerate(numbers)
    ]


def _fired(mailbox: Mailbox, numbers: list[int]) -> list[float]:
    """Milliseconds from the moment when each of a stream of waits was due until its mail."""
    version_id = Journey.objects.get(slug=WAIT).live_version_id
    mailbox.arrivals()
    monotonic_of_epoch = time.monotonic() - time.time()
    first = datetime.now(UTC) + AT_ONCE
    due = {
        _address(number): first + place * timedelta(seconds=1) / DUE_PER_SECOND
        for place, number in enumerate(numbers)
    }
    with connection.cursor() as cursor:
        cursor.execute(
            STAND,
            {"addresses": list(due), "ats": list(due.values()), "pause": PAUSE, "version": version_id},
        )
    came = _arrived(mailbox, numbers)
    return [1000 * (at - due[address].timestamp() - monotonic_of_epoch) for address, at in came.items()]
