"""The floor of csv_import: the rows that an import wrote, copied into the same tables, one COPY for each."""

from collections.abc import Mapping

import psycopg


def copy_out(database_url: str, table: str, after: int) -> bytes:
    """The rows of a table whose ids are greater."""
    with psycopg.connect(database_url) as connection:
        statement = f"COPY (SELECT * FROM {table} WHERE id > {after} ORDER BY id) TO STDOUT"
        with connection.cursor().copy(statement) as copy:
            return b"".join(bytes(some) for some in copy)


def copy_back(database_url: str, rows: Mapping[str, bytes]) -> None:
    """All of them, in one transaction."""
    with psycopg.connect(database_url) as connection:
        connection.execute("SET LOCAL synchronous_commit TO off")
        for table, lines in rows.items():
            with connection.cursor().copy(f"COPY {table} FROM STDIN") as copy:
                copy.write(lines)
