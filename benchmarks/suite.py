"""All figures in their order: first on the base of rows, then again on ten times as many.

Those about segments come last, on many more customers with less behind them (`crowd`).
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from benchmarks import (
    crowd,
    csv_import,
    due,
    duplicates,
    engine_steps,
    exit_at_once,
    flows,
    full_house,
    ingest,
    journey_mails,
    latency,
    live,
    many_journeys,
    merges,
    previews,
    rehearsal_month,
    segments,
    simulation,
    start_segment,
)
from benchmarks.figure import Figure
from benchmarks.history import fill, open_for_business, tidy, write_key
from benchmarks.installation import Installation
from benchmarks.mailbox import Mailbox
from benchmarks.size import Size
from config import embedded, work

GROWN = "_10x"
LATENCIES = (
    "latency_p50", "latency_p99", "due_wait_lag", "due_waits_p50", "due_waits_p99", "latency_loaded_p50",
    "latency_loaded_p99",
)  # fmt: skip
BASE = (
    "engine_steps", "simulation", *LATENCIES, "journey_mails", "journey_cpu_ms", "memory_peak",
    "ingest_batch", "ingest_single", "ingest_single_p99", "identify_new",
)  # fmt: skip
HOUSE = ("full_engine_steps", "full_journey_mails")
LIVE = ("entered_p50", "entered_p99", "clock_idle", "clock_lag_p99", "clock_lag_max")
GOAL = ("exit_at_once_p50", "exit_at_once_p99")
START = ("start_rate", "start_memory", "start_first_message")
DUPLICATES = ("duplicates_recall", "duplicates_precision")
CROWD = (
    "segment_rebuild", "segment_rebuild_held", "preview_p95", "preview_exact_p95", "preview_within",
    "stage_flow", "csv_import", "csv_import_memory", "merge", "unmerge", "segments_of_500",
    "listening_among_200", *LIVE, *GOAL, *START,
)  # fmt: skip


class Suite:
    """Takes the figures whose names begin with one of `only`, all where there is none."""

    def __init__(self, size: Size, var: Path, mailbox: Mailbox, only: tuple[str, ...]) -> None:
        self._size, self._var, self._mailbox = size, var, mailbox
        self._only = tuple(name.removesuffix(GROWN) for name in only)
        self._suffixes = [
            suffix
            for suffix in ("", GROWN)
            if not only or any(name.endswith(GROWN) == bool(suffix) for name in only)
        ]
        self._filled = 0

    def figures(self) -> Iterator[Figure]:
        """Each figure as soon as it is there."""
        for taken, many, names, suffixes in (
            (self._taken, self._size.customers, BASE, self._suffixes),
            (self._in_full_house, self._size.customers * self._size.growth, HOUSE, [""]),
            (self._of_crowd, self._size.crowd, CROWD, self._suffixes),
        ):
            for suffix in suffixes if any(map(self._wants, names)) else ():
                for figure in taken(many * (self._size.growth if suffix else 1)):
                    yield figure._replace(name=figure.name + suffix)
        if any(map(self._wants, DUPLICATES)):
            yield from duplicates.measure()
        if self._wants("rehearsal_month"):
            yield from rehearsal_month.measure(self._var / "month", self._size.month)

    def _taken(self, customers: int) -> Iterator[Figure]:
        with embedded.running(self._var, tied=True):
            self._prepare(customers)
            if self._wants("engine_steps"):
                yield from engine_steps.measure(self._size, settings.DATABASE_URL, datetime.now(UTC))
                tidy()
            if self._wants("simulation"):
                work.silence()
                yield from simulation.measure(self._size, datetime.now(UTC))
            key = write_key()
            connections.close_all()
        with Installation(self._var, settings.PORT, settings.DATABASE_URL) as installation:
            for names, measure in self._live(installation, customers, key):
                if any(map(self._wants, names)):
                    yield from measure()
            connections.close_all()

    def _in_full_house(self, customers: int) -> Iterator[Figure]:
        size, mailbox = self._size, self._mailbox
        engine, mails = [], []
        for is_full in (False, True):
            now = datetime.now(UTC)
            with embedded.running(self._var, tied=True):
                self._prepare(customers)
                if is_full:
                    full_house.let_in(size, now)
                if self._wants("full_engine_steps"):
                    engine.append(full_house.engine_rate(size, now))
                    tidy()
                connections.close_all()
            if self._wants("full_journey_mails"):
                with Installation(self._var, settings.PORT, settings.DATABASE_URL) as installation:
                    mails.append(full_house.mail_rate(installation, mailbox, size))
                    connections.close_all()
        if engine:
            yield Figure("full_engine_steps", engine[1], "customer-steps/s", engine[0])
        if mails:
            yield Figure("full_journey_mails", mails[1], "mails/s", mails[0])

    def _prepare(self, customers: int) -> None:
        now = datetime.now(UTC)
        if not self._filled:
            call_command("migrate", verbosity=0)
            open_for_business(self._mailbox.url, now)
        if customers > self._filled:
            fill(self._filled + 1, customers, now)
            self._filled = customers

    def _live(
        self, installation: Installation, customers: int, key: str
    ) -> list[tuple[tuple[str, ...], Callable[[], list[Figure]]]]:
        """What is measured on the running product, with the names of its figures."""
        size, mailbox = self._size, self._mailbox
        return [
            (
                LATENCIES,
                partial(latency.measure, installation, mailbox, size, customers, key),
            ),
            (
                ("journey_mails", "journey_cpu_ms", "memory_peak"),
                partial(journey_mails.measure, installation, mailbox, size),
            ),
            (("ingest_batch",), partial(ingest.measure_batches, installation, size, customers, key)),
            (
                ("ingest_single", "ingest_single_p99"),
                partial(ingest.measure_singles, installation, size, customers, key),
            ),
            (("identify_new",), partial(ingest.measure_newcomers, installation, size, customers, key)),
        ]

    def _of_crowd(self, customers: int) -> Iterator[Figure]:
        size, now = self._size, datetime.now(UTC)
        with embedded.running(self._var, tied=True):
            work.silence()
            call_command("migrate", verbosity=0)
            crowd.clear()
            crowd.gather(1, customers, now)
            for names, measure in (
                (("segment_rebuild",), partial(segments.measure, size, settings.DATABASE_URL, now)),
                (
                    ("preview_p95", "preview_exact_p95", "preview_within"),
                    partial(previews.measure, size, now),
                ),
                (("stage_flow",), partial(flows.measure, size, settings.DATABASE_URL, now)),
                (("csv_import",), partial(csv_import.measure, size, settings.DATABASE_URL)),
                (("merge", "unmerge"), partial(merges.measure, size, settings.DATABASE_URL, now)),
                (("segments_of_500",), partial(live.measure_others, size, customers, now)),
            ):
                if any(map(self._wants, names)):
                    yield from measure()
            if self._wants("listening_among_200"):
                yield from many_journeys.measure(size, customers, now)
            if any(map(self._wants, START)):
                yield from start_segment.measure(size, settings.DATABASE_URL, self._mailbox, now)
            live.prepare(now)
            due.prepare(now)
            if any(map(self._wants, GOAL)):
                exit_at_once.prepare(now)
            key = write_key()
            connections.close_all()
        if any(map(self._wants, LIVE + START + GOAL)):
            with Installation(self._var, settings.PORT, settings.DATABASE_URL) as installation:
                if any(map(self._wants, LIVE)):
                    yield from live.measure_entered(installation, size, customers, key)
                    yield from due.measure(installation, size)
                if any(map(self._wants, GOAL)):
                    yield from exit_at_once.measure(installation, size, customers, key)
                if any(map(self._wants, START)):
                    yield from start_segment.measure_first(installation)
                connections.close_all()

    def _wants(self, name: str) -> bool:
        return not self._only or name.startswith(self._only)
