"""What apps know of the database's session: when it is away, and how one that walks alone uses it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection
from django.db.backends.postgresql.base import Cursor, ServerBindingCursor

AWAY = (OperationalError, InterfaceError)  # the database's own trouble: trying again helps
TOO_MUCH = "54"  # PostgreSQL's class of errors about what it was given: too long, too deep, too many
OFTEN = 3  # from the so-manieth time on a statement is prepared
MOST = 500  # statements that a session keeps
# In SQL, the first number of each of our advisory locks. A transaction that works on rows of its own (a
# rehearsal) has others, by SET LOCAL sette.locks, and so makes nobody wait.
LOCKS = "coalesce(nullif(current_setting('sette.locks', true), '')::int, 7)"


def is_away(error: BaseException) -> bool:
    """Whether no row and no message is to blame: the database is away, or ended what we did."""
    state = getattr(error.__cause__, "sqlstate", None) or ""
    return isinstance(error, AWAY) and not state.startswith(TOO_MUCH)


@contextmanager
def walking() -> Iterator[None]:
    """Prepare what this process asks again and again for the length of the block, and plan it once.

    To parse and plan the many small statements of a stop takes as long as to run them. A worker prepares
    nothing: a session that is shared (PgBouncer) may not know tomorrow what it prepared today.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode TO force_generic_plan")
    session = connection.connection
    session.cursor_factory, session.prepare_threshold, session.prepared_max = ServerBindingCursor, OFTEN, MOST
    try:
        yield
    finally:
        session.cursor_factory, session.prepare_threshold = Cursor, None


@contextmanager
def in_index_order() -> Iterator[None]:
    """Have a transaction read ordered rows along their index within the block, and stop at the limit.

    Where few rows were due when statistics were last gathered, the planner takes whichever index seems small
    and sorts all that it finds: the whole of a backlog, at each claim.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort TO off")
        yield
        cursor.execute("SET LOCAL enable_sort TO DEFAULT")
