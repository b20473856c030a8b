"""CSV as people's programs write it, read without trouble; and written so that no cell is a formula."""

import csv
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing
from io import StringIO, TextIOWrapper
from typing import IO, Any, BinaryIO, NamedTuple, cast

from django.utils.translation import gettext as _

LONGEST_LINE = 1 << 20
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes a cell for that begins so
SEPARATORS = ",;\t|"


class CsvError(ValueError):
    """A file that can't be read as a table; the message says on which line and why."""


class Row(NamedTuple):
    """A line of the table: where it begins in the file, and its cells in the order of the header."""

    line: int
    cells: list[str]


class Table:
    """A CSV file: its header in lower case (`names`: as written), and its rows, read as often as asked for.

    It is read through once when it is opened, so that a file that is broken anywhere changes nothing; never
    more than a line of it is in memory. Understood are UTF-8, UTF-16 and Windows' own letters, and commas,
    semicolons, tabs and bars between cells.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._encoding = _encoding(_start(file))
        try:
            self.size = self._read_through()
        except UnicodeDecodeError:
            if self._encoding != "utf-8-sig":
                raise CsvError(_("The file is damaged: its letters can't be read.")) from None
            self._encoding = "cp1252"
            self.size = self._read_through()
        if not self.size:
            raise CsvError(_("The file has no rows below its first line."))

    def rows(self) -> Iterator[Row]:
        """The rows below the header; lines without anything are passed over."""
        with closing(self._records()) as records:
            next(records)
            yield from records

    def _read_through(self) -> int:
        with closing(self._records()) as records:
            self.names = next(records, Row(1, [])).cells
            self.header = [name.lower() for name in self.names]
            doubled = [name for name, count in Counter(self.header).items() if name and count > 1]
            if doubled:
                message = _("The first line has two columns of the same name: %(names)s.")
                raise CsvError(message % {"names": ", ".join(doubled)})
            return sum(1 for _row in records)

    def _records(self) -> Generator[Row, None, None]:
        self._file.seek(0)
        text = TextIOWrapper(cast("BinaryIO", self._file), self._encoding, newline="")
        try:
            first = text.readline(LONGEST_LINE)
            reader = csv.reader(_lines(first, text), delimiter=_separator(first), strict=True)
            yield from _told(reader)
        except UnicodeDecodeError:
            if self._encoding != "cp1252":
                raise
            raise CsvError(_("The file is damaged: its letters can't be read.")) from None
        finally:
            if not self._file.closed:
                text.detach()


def _told(reader: Any) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            told = {"line": line, "why": _reason(str(error))}
            raise CsvError(_("Line %(line)d can't be read: %(why)s") % told) from error
        cells = [cell.strip() for cell in cells]
        if any(cells):
            yield Row(line, [_plain(cell) if cell[:1] == "'" else cell for cell in cells])


def _reason(error: str) -> str:
    if error == "unexpected end of data":
        return _("a quotation mark is opened here and never closed.")
    if "field limit" in error:
        return _("a cell is too long; maybe a quotation mark is opened here and never closed.")
    return error + "."


def _lines(first: str, text: TextIOWrapper) -> Iterator[str]:
    line = first
    while line:
        if len(line) == LONGEST_LINE and line[-1] not in "\r\n":
            raise csv.Error(_("the line is longer than %(most)d characters") % {"most": LONGEST_LINE})
        yield line
        line = text.readline(LONGEST_LINE)


def _start(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read(4)


def _encoding(start: bytes) -> str:
    """By the mark at the beginning, or by where the first letter has its empty half; else UTF-8."""
    if start[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "utf-16"
    if start[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if start[:1] == b"\0" else "utf-8-sig"


def _separator(header: str) -> str:
    """What stands most often between the names of the columns."""
    return max(SEPARATORS, key=header.count)


def _plain(cell: str) -> str:
    """A cell that begins with ', without it where `safe` has put it before what looks like a formula."""
    return cell[1:] if cell[1:].startswith(FORMULA) else cell


def safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.startswith(FORMULA) else cell


def written(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines of CSV, each cell safe."""
    text = StringIO()
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue()
