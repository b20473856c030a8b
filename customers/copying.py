"""PostgreSQL's COPY, its text format written by hand: five times as fast as row by row."""

from collections.abc import Iterable

from django.db import connection

NULL = r"\N"


def copy_lines(statement: str, lines: Iterable[str]) -> None:
    """Send lines to a `COPY … FROM STDIN`; its errors are Django's, as those of any other statement."""
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write("".join(lines))


def escaped(text: str) -> str:
    """A text as one field of a line."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\n" in text or "\t" in text or "\r" in text:
        text = text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text
