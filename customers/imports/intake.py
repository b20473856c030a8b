"""Taking a file in: read once, kept as blocks of rows, its columns guessed. Nothing is imported by it."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import IO

import msgspec
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from config.csv import CsvError, Row, Table
from customers.copying import copy_lines, escaped
from customers.imports.columns import guess
from customers.models import Import, Source

BLOCK = 5000  # rows that are imported by one transaction
SAMPLE = 1000  # rows by which types are guessed
MOST_COLUMNS = 500
LONGEST_HEADER = 200
STORE = "COPY customers_importblock (of_id, number, rows) FROM STDIN"
MONTH_FIRST = {"US"}

_decode = msgspec.json.Decoder(list[tuple[int, list[str]]]).decode


def take_in(file: IO[bytes], kind: str, name: str, now: datetime, by: str = "") -> Import:
    """Keep the rows of a file and guess what its columns are; CsvError where it is no table."""
    size = file.seek(0, 2)
    if size > settings.IMPORT_MEGABYTES * 1_000_000:
        raise CsvError(
            _("The file is larger than %(most)d MB: split it, or raise SETTE_IMPORT_MEGABYTES.")
            % {"most": settings.IMPORT_MEGABYTES}
        )
    table = Table(file)
    if len(table.names) > MOST_COLUMNS or max(map(len, table.names)) > LONGEST_HEADER:
        raise CsvError(_("The first line has too many columns, or names that are too long."))
    sample = [row.cells for row in islice(table.rows(), SAMPLE)]
    columns = guess(kind, table.names, sample, day_first=settings.BRAND_COUNTRY not in MONTH_FIRST)
    with transaction.atomic():
        made = Import.objects.create(
            name=name[:100] or _("Import"),
            kind=kind,
            header=table.names,
            columns=[column._asdict() for column in columns],
            rows=table.size,
            created_by=by,
            created_at=now,
        )
        copy_lines(STORE, _lines(made.pk, table.rows()))
    return made


def _lines(of: int, rows: Iterator[Row]) -> Iterator[str]:
    number = 0
    while block := list(islice(rows, BLOCK)):
        yield f"{of}\t{number}\t{escaped(encoded(block))}\n"
        number += 1


def source_of_files() -> int:
    """The source of all events that come by files; its key is off, for nobody sends by it."""
    kind = Source.Kind.IMPORT
    found = Source.objects.filter(kind=kind).order_by("pk").values_list("pk", flat=True).first()
    return found or Source.objects.create(name=_("CSV files"), kind=kind, is_active=False).pk


def encoded(rows: Sequence[tuple[int, list[str]]]) -> str:
    """Rows as a block keeps them."""
    return msgspec.json.encode(rows).decode()


def rows_of(block: str) -> list[tuple[int, list[str]]]:
    """The rows of a block: the line of each, and its cells."""
    return _decode(block)


def first_rows(one: Import, many: int = 5) -> list[list[str]]:
    """Some rows to look at; none where they are imported already."""
    block = one.blocks.order_by("number").values_list("rows", flat=True).first()
    return [cells for _line, cells in rows_of(block)[:many]] if block else []
