"""Copies of tables for one walk: the engine's own statements meet them in place of the product's rows.

Temporary tables stand before all others where PostgreSQL looks for a name. So in one transaction, which is
always rolled back, each table that carries customers' rows is stood in for by an empty one of the same make,
indexes and constraints included, into which the rows of one customer are copied. What is set up (contents,
caps, stages) is read where it is. From then on the transaction is read-only, which for PostgreSQL
means: but for temporary tables. So a walk cannot change or lock a row of the product, whatever runs in it,
and its advisory locks are its own; it makes nobody wait.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cache

from django.apps import apps
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from psycopg import errors as pg

from customers.models import Customer, Event, InboxRow, SeenMessage, Segment, Suppression
from journeys.awaiting import keep_awaited
from journeys.graph import parse
from journeys.models import DateDue, Enrollment, EventCursor, Journey, JourneyVersion
from journeys.step import Json
from journeys.tables import Table, table_of
from journeys.trigger import CURSOR

MOST_ROWS = 20_000  # of one customer in one table, the newest
STATEMENT = "2s"
OF_SOMEBODY = frozenset({"customer_id", "enrollment_id", "message_id"})
# What the walk writes and no column tells of.
ALSO: tuple[type[Model], ...] = (Customer, InboxRow, SeenMessage, Segment, Suppression)
STAND_IN = "CREATE TEMP TABLE {table} (LIKE {table} INCLUDING ALL EXCLUDING COMMENTS) ON COMMIT DROP"
SET_LOCAL = (
    "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS setting (name, value)"
)
COPY = """
    INSERT INTO pg_temp.{table} ({columns}) OVERRIDING SYSTEM VALUE
    SELECT {columns} FROM {schema}.{table} WHERE {which} ORDER BY {key} DESC LIMIT {most}
"""
# Whoever is made up in a walk draws lots by who they are, so that the same walk goes the same way.
MADE_UP = """
    ALTER TABLE pg_temp.customers_customer
    ALTER public_id SET DEFAULT md5(current_setting('sette.made_up', true))::uuid
"""
# The copy's own sequence: what the walk adds is newer than what was copied.
BEGIN_AFTER = """
    SELECT setval(pg_get_serial_sequence('{table}', '{key}'), coalesce(max({key}), 0) + 1, false) FROM {table}
"""
OF_ADDRESSES = """
    (kind, value) IN (SELECT kind, value FROM pg_temp.customers_identity WHERE customer_id = %(id)s)
"""


class WalkError(RuntimeError):
    """A walk that could not be made; the message says why, and what to do."""


@contextmanager
def copied_tables() -> Iterator[None]:
    """A transaction of copies, rolled back at the end of the block; WalkError where the database refuses."""
    try:
        with transaction.atomic():
            _stand_in()
            yield
            transaction.set_rollback(True)
    except OperationalError as error:
        if isinstance(error.__cause__, pg.QueryCanceled | pg.LockNotAvailable):
            raise WalkError(
                _("The database had no time for it: try again, or move the clock less far.")
            ) from error
        raise
    except DatabaseError as error:
        if isinstance(error.__cause__, pg.ReadOnlySqlTransaction):
            raise WalkError(f"A piece of work writes where a rehearsal has no copy: {error}") from error
        raise


@contextmanager
def walker(
    customer: Customer | str, journey: Journey, graph: Json, now: datetime
) -> Iterator[JourneyVersion]:
    """Within `copied_tables`: only this customer is there, and of the journeys this one, live with `graph`.

    Or nobody, until the one is made up who is known by this text, and by it draws lots. Earlier enrollments
    and dates in the journey are left out, so that everybody may enter; live ones in other journeys stand
    still. Nothing of it is there after the block.
    """
    with transaction.atomic():
        if isinstance(customer, str):
            _set({"sette.made_up": customer})
        _bring(None if isinstance(customer, str) else customer.pk, journey.pk)
        yield _publish(journey, graph, now)
        transaction.set_rollback(True)


@cache
def copied() -> list[Table]:
    """The tables that a walk has copies of; that of suppressions stands behind that of identities."""
    tables = [
        table_of(model)
        for app in ("customers", "channels", "journeys")
        for model in apps.get_app_config(app).get_models()
    ]
    chosen = [
        table
        for table in tables
        if table.model in ALSO or OF_SOMEBODY & {*table.columns} or table.name.startswith("journeys_")
    ]
    return sorted(chosen, key=lambda table: table.model is Suppression)


def _stand_in() -> None:
    settings = {
        "statement_timeout": STATEMENT,
        "lock_timeout": "200ms",
        "sette.locks": str(secrets.randbelow(2**30) + 2**30),
        "synchronous_commit": "off",
    }
    _set(settings)
    with connection.cursor() as cursor:
        cursor.execute("; ".join([*(STAND_IN.format(table=table.name) for table in copied()), MADE_UP]))
        cursor.execute("SET TRANSACTION READ ONLY")


def _set(settings: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SET_LOCAL, [list(settings), list(settings.values())])


def _bring(customer_id: int | None, journey_id: int) -> None:
    """All segments, for their rows count the changes of lists; and what is the customer's who is there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        schema = connection.ops.quote_name(cursor.fetchone()[0])
        for table in copied():
            if (which := _which(table)) and (customer_id is not None or table.model is Segment):
                cursor.execute(_copy(table, schema, which), {"id": customer_id, "journey": journey_id})
                if table.is_numbered:
                    cursor.execute(BEGIN_AFTER.format(table=table.name, key=table.key))
    Enrollment.objects.exclude(standing="ended").update(is_on_hold=True)


def _which(table: Table) -> str:
    """The rows of a table that are the customer's; none for what is only on its way."""
    if table.model is Segment:
        return "true"
    if table.model is Customer:
        return "id = %(id)s"
    if table.model in {Enrollment, DateDue}:
        return "customer_id = %(id)s AND journey_id <> %(journey)s"
    if table.model is Suppression:
        return OF_ADDRESSES
    return "customer_id = %(id)s" if "customer_id" in table.columns else ""


def _copy(table: Table, schema: str, which: str) -> str:
    columns = ", ".join(map(connection.ops.quote_name, table.columns))
    return COPY.format(
        table=table.name, schema=schema, columns=columns, which=which, key=table.key, most=MOST_ROWS
    )


def _publish(journey: Journey, graph: Json, now: datetime) -> JourneyVersion:
    """The journey as if it were live with `graph`.

    The version has a number that no other ever has, for processes remember graphs by it.
    """
    live = Journey.objects.bulk_create([journey])[0]
    number = -1 - secrets.randbits(62)
    version = JourneyVersion.objects.create(pk=number, journey=live, number=0, graph=graph, published_at=now)
    keep_awaited(parse(graph), now)
    Journey.objects.update(state=Journey.State.LIVE, live_version=version)
    heard = Event.objects.order_by("-pk").values_list("pk", flat=True).first()
    EventCursor.objects.create(name=CURSOR, last_event_id=heard or 0)
    return version
