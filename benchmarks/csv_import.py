"""A CSV file of new customers: from the uploaded file to the last record, identity, consent and event.

By one process, nothing else running, in the blocks in which it commits; each row has a number, an address,
five traits and a consent. The floor copies the rows that this has written into the same tables.
"""

import multiprocessing
import resource
import statistics
import time
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import Any

from django.db import connection, connections

from benchmarks.figure import Figure, in_turns
from benchmarks.floors.csv_import import copy_back, copy_out
from benchmarks.size import Size
from benchmarks.start_segment import UNIT
from config import work
from customers.imports.intake import take_in
from customers.imports.services import begin
from customers.imports.work import next_block
from customers.models import Customer, Import

HEADER = "external_id,email,first_name,last_name,city,birthday,points,consent.email\n"
WRITTEN = (
    *("customers_customer", "customers_identity", "customers_consent", "customers_consentword"),
    "customers_event",
)


def measure(size: Size, database_url: str) -> list[Figure]:
    """Rows a second, and the most memory that the process had."""
    work.silence()
    last = {table: _last(table) for table in WRITTEN}
    peaks: list[float] = []
    rows: dict[str, bytes] = {}
    ours, floor = in_turns(
        size.runs,
        lambda: _ours(size.imported, last, peaks, rows, database_url),
        lambda: _floor(size.imported, last, rows, database_url),
    )
    _empty(last)
    Import.objects.all().delete()
    rates = [size.imported / statistics.median(seconds) for seconds in (ours, floor)]
    return [
        Figure("csv_import", rates[0], "rows/s", rates[1]),
        Figure("csv_import_memory", max(peaks), "MiB"),
    ]


def _last(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _ours(
    many: int, last: dict[str, int], peaks: list[float], rows: dict[str, bytes], database_url: str
) -> float:
    _empty(last)
    before = Customer.objects.count()
    connections.close_all()
    answers, told = multiprocessing.Pipe(duplex=False)
    worker = multiprocessing.get_context("fork").Process(target=_import_all, args=(many, told))
    worker.start()
    seconds, peak = answers.recv()
    worker.join()
    if Customer.objects.count() != before + many:
        raise RuntimeError(f"{Customer.objects.count() - before} of {many} rows were imported.")
    peaks.append(peak)
    rows.update({table: copy_out(database_url, table, last[table]) for table in WRITTEN})
    return float(seconds)


def _import_all(many: int, told: Any) -> None:
    """In a process of its own, as a worker has one."""
    with TemporaryFile() as file:
        file.write(HEADER.encode())
        file.writelines(_row(number).encode() for number in range(many))
        now = datetime.now(UTC)
        started = time.perf_counter()
        begin(take_in(file, "customers", "bench", now), now)
        while next_block(now):
            pass
        taken = time.perf_counter() - started
    told.send((taken, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / UNIT))


def _row(number: int) -> str:
    birthday = f"19{60 + number % 40}-0{1 + number % 9}-1{number % 9}"
    word = "yes" if number % 5 else "no"
    return (
        f"i{number},i{number}@example.com,Ada {number % 100},Lovelace {number % 1000},City {number % 20},"
        f"{birthday},{number % 5000},{word}\n"
    )


def _floor(many: int, last: dict[str, int], rows: dict[str, bytes], database_url: str) -> float:
    _empty(last)
    before = Customer.objects.count()
    started = time.perf_counter()
    copy_back(database_url, rows)
    taken = time.perf_counter() - started
    if Customer.objects.count() != before + many:
        raise RuntimeError(f"{Customer.objects.count() - before} of {many} rows were copied.")
    return taken


def _empty(last: dict[str, int]) -> None:
    """As before the first run, in statistics and visibility too."""
    with connection.cursor() as cursor:
        for table in reversed(WRITTEN):
            cursor.execute(f"DELETE FROM {table} WHERE id > %s", [last[table]])
            cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")
