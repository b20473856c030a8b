"""All figures in their order: first on the base of rows, then again on ten times as many."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connections

from benchmarks import engine_steps, ingest, journey_mails, latency
from benchmarks.figure import Figure
from benchmarks.history import fill, open_for_business, tidy, write_key
from benchmarks.installation import Installation
from benchmarks.mailbox import Mailbox
from benchmarks.size import Size
from config import embedded

GROWN = "_10x"


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
        for suffix in self._suffixes:
            customers = self._size.customers * (self._size.growth if suffix else 1)
            for figure in self._taken(customers):
                yield figure._replace(name=figure.name + suffix)

    def _taken(self, customers: int) -> Iterator[Figure]:
        with embedded.running(self._var, tied=True):
            self._prepare(customers)
            if self._wants("engine_steps"):
                yield from engine_steps.measure(self._size, settings.DATABASE_URL, datetime.now(UTC))
                tidy()
            key = write_key()
            connections.close_all()
        with Installation(self._var, settings.PORT, settings.DATABASE_URL) as installation:
            for names, measure in self._live(installation, customers, key):
                if any(map(self._wants, names)):
                    yield from measure()
            connections.close_all()

    def _prepare(self, customers: int) -> None:
        now = datetime.now(UTC)
        if not self._filled:
            call_command("migrate", verbosity=0)
            open_for_business(self._mailbox.url, now)
        fill(self._filled + 1, customers, now)
        self._filled = customers

    def _live(
        self, installation: Installation, customers: int, key: str
    ) -> list[tuple[tuple[str, ...], Callable[[], list[Figure]]]]:
        """What is measured on the running product, with the names of its figures."""
        size, mailbox = self._size, self._mailbox
        return [
            (
                ("latency_p50", "latency_p99", "due_wait_lag", "latency_loaded_p50", "latency_loaded_p99"),
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

    def _wants(self, name: str) -> bool:
        return not self._only or name.startswith(self._only)
