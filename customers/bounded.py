"""Reading for people who wait: nothing is written, and the database gives up after a set time."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.db import OperationalError, connection, transaction
from psycopg.errors import QueryCanceled


class TooSlowError(RuntimeError):
    """It took longer than it may; ask for something narrower."""


@contextmanager
def bounded_reads(longest: timedelta) -> Iterator[None]:
    """Within it each query only reads and ends after `longest`; TooSlowError where one had to be stopped."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL transaction_read_only = on")
                cursor.execute(
                    "SELECT set_config('statement_timeout', %s, true)",
                    [f"{longest.total_seconds() * 1000:.0f}"],
                )
            yield
            transaction.set_rollback(True)  # gives the limits back where this was a part of a transaction
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlowError(TooSlowError.__doc__) from error
        raise
