"""What the gate reads: the messages that are due, and all that bears on them, under their customers' locks.

Each function is one statement for the whole batch.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connection

from channels.caps import Slot, own_cap, reach
from channels.models import Cap, QuietHours
from channels.verdict import ADDRESS_KINDS, Address, Open, Person, Policy, Way
from config.localtime import zone_of
from customers.buckets import PARTS, bucket_sql
from customers.copying import numbers

COLUMNS = """id, customer_id, channel, topic, is_transactional, priority, due_at, expires_at, on_cap,
    fallbacks::text, slot_at, source, source_id, held_out"""

# The levels of priority come one by one off the index message_due (a hop each, not a scan); within each,
# what is due stands together at its head. So a backlog of any length and a crowd of held messages cost
# nothing.
LEVELS = """
    WITH RECURSIVE level (priority) AS (
        (SELECT priority FROM channels_message
         WHERE channel = {channel} AND due_at IS NOT NULL ORDER BY priority DESC LIMIT 1)
        UNION ALL
        SELECT (SELECT m.priority FROM channels_message m
                WHERE m.channel = {channel} AND m.due_at IS NOT NULL AND m.priority < level.priority
                ORDER BY m.priority DESC LIMIT 1)
        FROM level WHERE level.priority IS NOT NULL
    )
"""
CLAIM = f"""
    {LEVELS.format(channel="%(channel)s")}
    SELECT due.* FROM level CROSS JOIN LATERAL (
        SELECT {COLUMNS} FROM channels_message
        WHERE channel = %(channel)s AND priority = level.priority AND due_at <= %(now)s {{also}}
        ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
    ) due
    LIMIT %(limit)s
"""
# By the same hops: whether the claim would find something.
DUE = f"""
    EXISTS ({LEVELS}
        SELECT FROM level WHERE (
            SELECT min(due_at) FROM channels_message
            WHERE channel = {{channel}} AND priority = level.priority) <= %(now)s)
"""
CLAIM_ANY = CLAIM.format(also="")
CLAIM_OF_CUSTOMERS = CLAIM.format(also="AND customer_id = ANY(%(customers)s)")

# Skips what is locked: whoever holds messages waits for nobody, so nobody can wait for each other.
# Whether the customer is in the global holdout is asked in the same breath: of a table of a few rows.
LOCK = f"""
    SELECT id, time_zone, stage_id, coalesce(
        (SELECT {bucket_sql("held.salt", "public_id")} < held.percent * {PARTS}
         FROM channels_holdout held WHERE until IS NULL), false)
    FROM customers_customer
    WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
"""

# The other open messages of the same customers, on any channel, that are due or of higher priority and due
# soon: off the index message_open. `coalesce` keeps the planner from message_due, which it takes to be
# empty when its statistics are old.
RIVALS = f"""
    SELECT {COLUMNS} FROM channels_message
    WHERE customer_id = ANY(%(customers)s) AND state IN ('queued', 'held') AND NOT is_transactional
      AND coalesce(due_at, 'infinity') < CASE WHEN priority > %(floor)s THEN %(horizon)s ELSE %(soon)s END
      AND NOT id = ANY(%(claimed)s)
"""

# The newest identity of each kind is where a message goes.
ADDRESSES = """
    SELECT newest.customer_id, newest.kind, newest.value, coalesce(s.reason, '') FROM (
        SELECT DISTINCT ON (customer_id, kind) customer_id, kind, value FROM customers_identity
        WHERE customer_id = ANY(%s) AND kind = ANY(%s)
        ORDER BY customer_id, kind, created_at DESC, id DESC
    ) newest
    LEFT JOIN customers_suppression s ON s.kind = newest.kind AND s.value = newest.value
"""
PREFERENCES = """
    SELECT customer_id, every_days, paused_until FROM channels_preference WHERE customer_id = ANY(%s)
"""
CONSENTS = """
    SELECT customer_id, channel, topic, is_granted FROM customers_consent WHERE customer_id = ANY(%s)
"""
SLOTS = """
    SELECT customer_id, slot_at, channel, topic FROM channels_message
    WHERE customer_id = ANY(%s) AND slot_at > %s
"""


def claim(channel: str, now: datetime, limit: int, customer_ids: Sequence[int] | None = None) -> list[Open]:
    """Lock due messages of a channel, the highest priority first; of these customers only, if given."""
    sql = CLAIM_ANY if customer_ids is None else CLAIM_OF_CUSTOMERS
    values = {"channel": channel, "now": now, "limit": limit, "customers": customer_ids}
    return _opens(sql, values)


def _opens(sql: str, values: dict[str, Any]) -> list[Open]:
    return [
        Open._make((*row[:9], () if row[9] == "[]" else json.loads(row[9]), *row[10:]))
        for row in _rows(sql, values)
    ]


def _rows(sql: str, values: dict[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows in PostgreSQL's binary form, below Django's cursor, whose loader of times is slow."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        cursor.execute(sql, values, binary=True)
        return cursor.fetchall()


def lock_persons(customer_ids: Iterable[int]) -> dict[int, Person]:
    """Lock those of the customers whom nobody else has locked, and begin to know them."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(customer_ids)])
        return {
            customer_id: Person(zone_of(zone, settings.BRAND_TIME_ZONE), stage, is_held_out)
            for customer_id, zone, stage, is_held_out in cursor.fetchall()
        }


# Four small tables in one round trip, each as one JSON value.
POLICY = """
    SELECT
        (SELECT json_agg(json_build_object('name', name, 'limit', "limit", 'window', "window",
            'span', extract(epoch FROM span), 'channel', channel, 'topic', topic, 'stage_id', stage_id))
         FROM channels_cap WHERE is_active),
        (SELECT json_agg(json_build_object('name', name, 'starts', starts, 'ends', ends, 'channel', channel))
         FROM channels_quiethours WHERE is_active),
        (SELECT json_agg(kind) FROM channels_channel WHERE is_active),
        (SELECT json_agg(json_build_array(source, source_id)) FROM channels_pausedsource)
"""


def read_policy() -> Policy:
    """Caps, quiet hours, active channels and paused sources, as they are now."""
    with connection.cursor() as cursor:
        cursor.execute(POLICY)
        caps, quiet, active, paused = (value or [] for value in cursor.fetchone())
    return Policy(
        caps=[_cap(**cap) for cap in caps],
        quiet=[_quiet_hours(**hours) for hours in quiet],
        active=frozenset(active),
        paused=frozenset((source, source_id) for source, source_id in paused),
        ways={},
    )


def _cap(span: float | None, **fields: Any) -> Cap:
    return Cap(span=None if span is None else timedelta(seconds=span), **fields)


def _quiet_hours(starts: str, ends: str, **fields: Any) -> QuietHours:
    return QuietHours(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), **fields)


WAYS = "SELECT id, channel, topic FROM channels_content WHERE id = ANY(%s::bigint[])"


def read_ways(messages: Iterable[Open]) -> dict[int, Way]:
    """The contents that these messages could switch to."""
    wanted = {content_id for message in messages for content_id in message.fallbacks}
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(WAYS, [numbers(wanted)])
        return {row[0]: Way(*row) for row in cursor.fetchall()}


def read_rivals(claimed: Sequence[Open], caps: Sequence[Cap], now: datetime) -> list[Open]:
    """What else may contest the slots of the claimed messages."""
    return _opens(
        RIVALS,
        {
            "customers": list({message.customer_id for message in claimed}),
            "claimed": [message.id for message in claimed],
            "soon": now + now.resolution,
            "horizon": now + reach(caps),
            "floor": min(message.priority for message in claimed),
        },
    )


def read_preferences(persons: Mapping[int, Person]) -> list[Cap]:
    """Fill in what the customers themselves have wished; returns the caps that come of it."""
    with connection.cursor() as cursor:
        cursor.execute(PREFERENCES, [list(persons)])
        for customer_id, every_days, paused_until in cursor.fetchall():
            persons[customer_id].own_cap = own_cap(every_days)
            persons[customer_id].paused_until = paused_until
    return [person.own_cap for person in persons.values() if person.own_cap]


def read_persons(persons: Mapping[int, Person], channels: Iterable[str], since: datetime | None) -> None:
    """Fill in addresses on these channels, consents, and the slots taken after `since`."""
    ids = list(persons)
    kinds = [ADDRESS_KINDS[channel] for channel in channels if channel in ADDRESS_KINDS]
    with connection.cursor() as cursor:
        if kinds:
            cursor.execute(ADDRESSES, [ids, kinds])
            for customer_id, kind, value, suppressed in cursor.fetchall():
                persons[customer_id].addresses[kind] = Address(value, suppressed)
            cursor.execute(CONSENTS, [ids])
            for customer_id, channel, topic, is_granted in cursor.fetchall():
                persons[customer_id].consents[channel, topic] = is_granted
    if since is not None:
        for customer_id, *slot in _rows(SLOTS, [ids, since]):
            persons[customer_id].slots.append(Slot(*slot))
