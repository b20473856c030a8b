"""Our own queries that are asked again and again, prepared where one process walks through all the work.

To parse and plan them can take longer than to run them. A worker prepares nothing: a session that is shared
(PgBouncer) may not know tomorrow what it prepared today.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg
from django.db import connection

_is_walking: ContextVar[bool] = ContextVar("is_walking", default=False)


@contextmanager
def walking() -> Iterator[None]:
    """Prepare queries for the length of the block; plans are made once, for any parameters."""
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode TO force_generic_plan")
    token = _is_walking.set(True)
    try:
        yield
    finally:
        _is_walking.reset(token)


def ask(sql: str, params: Sequence[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    if not _is_walking.get():
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return list(cursor.fetchall())
    connection.ensure_connection()
    session = connection.connection
    with connection.wrap_database_errors, psycopg.Cursor(session) as cursor:
        session.prepare_threshold = 0  # from the first time on; Django's own cursors prepare nothing
        try:
            cursor.execute(sql.encode(), params)
            return cursor.fetchall()
        finally:
            session.prepare_threshold = None
