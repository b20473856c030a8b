"""The rows of a file that names customers, column by column."""

from collections.abc import Iterator, Sequence
from typing import IO

from django.utils.translation import gettext as _

from config.csv import CsvError, Table
from customers.linking import LEVELS
from customers.lists import Named

# What a column may be called, and what stands before its cells in the name of a customer; the surest first.
COLUMNS = {"customer": "", "public_id": "", "id": "", **{kind: f"{kind}:" for kind in LEVELS}}


def named_in(file: IO[bytes]) -> Iterator[Named]:
    """Each row as the customer whom it names, by the surest of its cells; CsvError for a bad file, at once.

    Columns of other names are passed over.
    """
    table = Table(file)
    columns = [(table.header.index(name), prefix) for name, prefix in COLUMNS.items() if name in table.header]
    if not columns:
        raise CsvError(
            _("The first line names no column that leads to customers. There are: %(names)s.")
            % {"names": ", ".join(COLUMNS)}
        )
    return (Named(row.line, *_named(row.cells, columns, len(table.header))) for row in table.rows())


def _named(cells: Sequence[str], columns: Sequence[tuple[int, str]], width: int) -> tuple[str, str]:
    """The name of a customer, and why it can be none."""
    if len(cells) > width:
        return cells[0], _("The row has more cells than the first line has names.")
    for place, prefix in columns:
        if place < len(cells) and cells[place]:
            return prefix + cells[place], ""
    return "", _("The row names nobody.")
