"""A schema of a simulation's own: empty tables like the live ones, filled with what it begins with.

Whoever works in it sees no other: its session's search path names nothing else, so no statement of the engine
can read or write a live table. The tables are unlogged: nothing of them is worth PostgreSQL's log.
"""

from datetime import datetime
from typing import Any

from django.db import connection

from journeys.simulate.copies import Copy, copies
from journeys.tables import Table

NAME = "simulation_"
SAMPLED = "simulation_sampled"


class ScratchError(RuntimeError):
    """The session does not see the simulation's tables alone, so nothing is done in it."""


def scratch_name(simulation_id: int, leg: str) -> str:
    """The schema of one leg of a simulation."""
    return f"{NAME}{simulation_id}_{leg}"


TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::text::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    ORDER BY relname
"""
# The same customers for the same seed, wherever their rows lie.
DRAW = """
    INSERT INTO {sampled} (customer_id)
    SELECT id FROM {live}.customers_customer WHERE first_seen_at < %(until)s
    ORDER BY hashint8extended(id, %(seed)s), id LIMIT %(customers)s
"""
COPY = (
    "INSERT INTO {{scratch}}.{target} ({columns}) SELECT {says} FROM {{live}}.{source} AS row WHERE {where}"
)
NUMBER = "SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(max(id), 1)) FROM {scratch}.{table}"


class Scratch:
    """The schema while it is made, in a transaction of whoever sees the live tables."""

    def __init__(self, name: str) -> None:
        self.name = name
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_schema()")
            self._live: str = cursor.fetchone()[0]

    def make(self) -> None:
        """The schema with all its tables, empty."""
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            tables = [row[0] for row in cursor.fetchall()]
            cursor.execute(f"CREATE SCHEMA {self.name}")
            cursor.execute(";".join(map(self._like, tables)))
            cursor.execute(f"CREATE UNLOGGED TABLE {self.name}.{SAMPLED} (customer_id bigint PRIMARY KEY)")

    def _like(self, table: str) -> str:
        table = connection.ops.quote_name(table)
        return f"CREATE UNLOGGED TABLE {self.name}.{table} (LIKE {self._live}.{table} INCLUDING ALL)"

    def draw(self, customers: int, seed: int, until: datetime) -> None:
        """Say which customers take part."""
        self.execute(DRAW, {"customers": customers, "seed": seed, "until": until})
        self.execute("ANALYZE {sampled}")

    def fill(self, start: datetime) -> None:
        """Copy what the simulation begins with."""
        for table, copy in copies():
            self.copy(table, table.name, copy, {"start": start})
            if table.is_numbered:
                self.execute(NUMBER, [f"{self.name}.{table.name}"], table=table.name)

    def copy(self, source: Table, target: str, copy: Copy, values: dict[str, Any]) -> None:
        """Copy rows of a live table to a table of the schema."""
        quoted = {column: connection.ops.quote_name(column) for column in source.columns}
        says = ", ".join(copy.says.get(column, f"row.{name}") for column, name in quoted.items())
        sql = COPY.format(
            source=source.name, target=target, columns=", ".join(quoted.values()), says=says, where=copy.where
        )
        self.execute(sql, values)

    def execute(self, sql: str, values: Any = None, **names: str) -> None:
        """A statement that names the schemas by `{live}` and `{scratch}`."""
        places = {"live": self._live, "scratch": self.name, "sampled": f"{self.name}.{SAMPLED}"}
        with connection.cursor() as cursor:
            cursor.execute(sql.format(**places | names), values)


# A process that was killed may still have a statement running: its session ends first.
END = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE application_name = %s AND datname = current_database()
"""
ORPHANS = """
    SELECT nspname FROM pg_namespace
    WHERE nspname ~ '^simulation_[0-9]+_[a-z]+$' AND NOT EXISTS (
        SELECT FROM journeys_simulation
        WHERE state = 'running' AND id = split_part(nspname, '_', 2)::bigint)
"""


def drop(name: str) -> None:
    """Delete a schema with all that is in it, and end whoever works there; nothing where there is none."""
    with connection.cursor() as cursor:
        cursor.execute(END, [name])
        cursor.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")


def drop_orphans() -> int:
    """Delete the schemas of simulations that don't run; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(ORPHANS)
        names = [row[0] for row in cursor.fetchall()]
    for name in names:
        drop(name)
    return len(names)
