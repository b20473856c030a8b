"""Ingestion over HTTP to the end: record, stage, segments, triggers; with the sample's rules and journeys.

The clock stops when the inbox is empty and the journeys have heard every event. The floor is
`benchmarks/floors/server.py`, under the same load.
"""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from benchmarks import calls
from benchmarks.figure import Figure, in_turns, median_rate, quantile
from benchmarks.floors import server as bare
from benchmarks.installation import Installation
from benchmarks.load import blast
from benchmarks.size import Size

CONNECTIONS = 32
FEW = 4  # connections that send batches
Requests = Callable[[int], list[bytes]]


class Run(NamedTuple):
    """One run: seconds to the end, and the wait of the slowest but one in a hundred, in milliseconds."""

    seconds: float
    p99: float


def measure_batches(installation: Installation, size: Size, customers: int, key: str) -> list[Figure]:
    """Events a second in batches of a hundred."""
    many = size.batches * calls.BATCH
    ours, floor = _measure(
        installation,
        size,
        customers,
        lambda port: calls.batch_requests(port, key, size.batches, customers),
        FEW,
    )
    return [_rate("ingest_batch", "events/s", many, ours, floor)]


def measure_singles(installation: Installation, size: Size, customers: int, key: str) -> list[Figure]:
    """Events a second, one in a request, on 32 connections; and how long a caller waits."""

    def requests(port: int) -> list[bytes]:
        return [calls.single_request(port, key, calls.shopping(customers)) for _ in range(size.singles)]

    ours, floor = _measure(installation, size, customers, requests, CONNECTIONS)
    waits = [statistics.median(run.p99 for run in runs) for runs in (ours, floor)]
    return [
        _rate("ingest_single", "events/s", size.singles, ours, floor),
        Figure("ingest_single_p99", waits[0], "ms", waits[1]),
    ]


def measure_newcomers(installation: Installation, size: Size, customers: int, key: str) -> list[Figure]:
    """New customers a second, one in a request, on 32 connections."""

    def requests(port: int) -> list[bytes]:
        return [calls.single_request(port, key, calls.newcomer()) for _ in range(size.new)]

    ours, floor = _measure(installation, size, customers, requests, CONNECTIONS)
    return [_rate("identify_new", "customers/s", size.new, ours, floor)]


def _rate(name: str, unit: str, many: int, ours: list[Run], floor: list[Run]) -> Figure:
    rates = [median_rate(many, [run.seconds for run in runs]) for runs in (ours, floor)]
    return Figure(name, rates[0], unit, rates[1])


def _measure(
    installation: Installation, size: Size, customers: int, requests: Requests, connections: int
) -> tuple[list[Run], list[Run]]:
    with floor_server(installation.database_url, customers) as floor_port:
        return in_turns(
            size.runs,
            lambda: _ours(installation, requests(installation.port), connections),
            lambda: _floor(floor_port, requests(floor_port), connections),
        )


def _ours(installation: Installation, requests: list[bytes], connections: int) -> Run:
    sent = blast(installation.port, requests, connections)
    ended_at = installation.wait_until_drained()
    installation.wait_until_quiet()
    return Run(
        ended_at - min(one.begun_at for one in sent), 1000 * quantile([one.seconds for one in sent], 0.99)
    )


def _floor(port: int, requests: list[bytes], connections: int) -> Run:
    sent = blast(port, requests, connections)
    waits = [one.seconds for one in sent]
    return Run(
        max(one.answered_at for one in sent) - min(one.begun_at for one in sent), 1000 * quantile(waits, 0.99)
    )


@contextmanager
def floor_server(database_url: str, customers: int, smtp_port: int = 0) -> Iterator[int]:
    """The floor's server on tables as full as ours; its port."""
    bare.prepare(database_url, customers)
    command = [sys.executable, "-m", "benchmarks.floors.server", database_url, str(smtp_port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield int(process.stdout.readline())
        process.terminate()
