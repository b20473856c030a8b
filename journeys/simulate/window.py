"""What really happened in the window, put aside at first and let in as the clock goes on.

Let in are what customers did, the words on their consent, lists that were changed, who was new; and what they
really received from others than the journeys that run again: broadcasts, the API, those who were inside a
journey before. What the machinery writes by itself (stages, segments, fates of messages) it writes anew.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from channels.models import Message
from channels.models.message import SENT_AND_AFTER
from customers.classify import classify, classify_news
from customers.commerce.fill import add_happenings, own_id
from customers.commerce.reading import NAMES, Happening, decode
from customers.events import lock_events
from customers.locks import lock_customers
from customers.models import Customer, Event
from customers.rules import Depends
from journeys.simulate.copies import AS_AT_START, IS_SAMPLED, OF_SAMPLED, Copy
from journeys.simulate.scratch import Scratch
from journeys.tables import table_of

TOLD_ANEW = [
    "$customer_created",
    "$consent_changed",
    "$trait_changed",
]  # of our own events those that tell what really happened
CHANGED, LISTS = "$consent_changed", ["$segment_entered", "$segment_left"]
IN_WINDOW = "row.{column} >= %(start)s AND row.{column} < %(until)s"
HAPPENED = f"""{OF_SAMPLED} AND {IN_WINDOW.format(column="occurred_at")}
    AND (row.name NOT LIKE '$%%' OR row.name = ANY(%(told)s) OR row.name = ANY(%(lists)s)
         AND row.properties ->> 'segment' IN (
            SELECT slug FROM {{live}}.customers_segment WHERE kind = 'list'))"""
RECEIVED = f"""{OF_SAMPLED} AND {IN_WINDOW.format(column="sent_at")} AND row.state = ANY(%(sent)s)
    AND (row.source <> 'journey' OR row.created_at < %(start)s OR row.enrollment_id IN (
            SELECT id FROM {{live}}.journeys_enrollment WHERE entered_at < %(start)s))"""
WINDOW: Mapping[type[Customer | Event | Message], Copy] = {
    Customer: Copy(f"{IS_SAMPLED} AND {IN_WINDOW.format(column='first_seen_at')}", AS_AT_START),
    Event: Copy(HAPPENED),
    Message: Copy(
        RECEIVED,
        {
            "state": "'sent'",
            "context": "'{{}}'",
            "created_at": "row.sent_at",
            "closed_at": "row.sent_at",
            "slot_at": "CASE WHEN row.slot_at IS NOT NULL THEN row.sent_at END",
            "delivered_at": "NULL",
            "opened_at": "NULL",
            "clicked_at": "NULL",
        },
    ),
}
TIMES: Mapping[type[Customer | Event | Message], str] = {
    Customer: "first_seen_at",
    Event: "occurred_at",
    Message: "sent_at",
}


def put_aside(scratch: Scratch, start: datetime, until: datetime) -> None:
    """Copy the window's rows to tables of their own, in the order of time."""
    values = {
        "start": start,
        "until": until,
        "told": TOLD_ANEW,
        "lists": LISTS,
        "sent": [*SENT_AND_AFTER, "uncertain"],
    }
    for model, copy in WINDOW.items():
        table = table_of(model)
        coming = f"coming_{table.name}"
        scratch.execute(
            f"CREATE UNLOGGED TABLE {{scratch}}.{coming} (LIKE {{live}}.{table.name} INCLUDING GENERATED)"
        )
        scratch.copy(table, coming, copy, values)
        scratch.execute(f"CREATE INDEX ON {{scratch}}.{coming} ({TIMES[model]}, id)")


LET_IN = """
    INSERT INTO {table} ({columns}) SELECT {columns} FROM coming_{table}
    WHERE {at} > %(after)s AND {at} <= %(upto)s ORDER BY {at}, id
"""
WORD = """
    INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT DISTINCT ON (customer_id, said.channel, said.topic)
           customer_id, said.channel, said.topic, said.granted, '', '', occurred_at
    FROM coming_customers_event,
         jsonb_to_record(properties) AS said (channel text, topic text, granted boolean)
    WHERE occurred_at > %(after)s AND occurred_at <= %(upto)s AND name = %(changed)s
    ORDER BY customer_id, said.channel, said.topic, occurred_at DESC, id DESC
    ON CONFLICT (customer_id, channel, topic)
    DO UPDATE SET is_granted = excluded.is_granted, changed_at = excluded.changed_at
"""
LAST = """
    SELECT DISTINCT ON (event.customer_id, segment.id)
           event.customer_id, segment.id AS segment_id, event.name, event.occurred_at
    FROM coming_customers_event AS event JOIN customers_segment AS segment
      ON segment.slug = event.properties ->> 'segment'
    WHERE event.occurred_at > %(after)s AND event.occurred_at <= %(upto)s AND event.name = ANY(%(lists)s)
    ORDER BY event.customer_id, segment.id, event.occurred_at DESC, event.id DESC
"""
LEFT = f"""
    UPDATE customers_membership AS stay SET left_at = last.occurred_at FROM ({LAST}) AS last
    WHERE stay.customer_id = last.customer_id AND stay.segment_id = last.segment_id AND stay.left_at IS NULL
      AND last.name = '$segment_left'
"""
ENTERED = f"""
    INSERT INTO customers_membership (segment_id, customer_id, entered_at)
    SELECT segment_id, customer_id, occurred_at FROM ({LAST}) AS last WHERE name = '$segment_entered'
    ON CONFLICT (segment_id, customer_id) WHERE left_at IS NULL DO NOTHING
"""
SAW = """
    UPDATE customers_customer AS customer SET last_seen_at = seen.last
    FROM (SELECT customer_id, max(occurred_at) AS last FROM coming_customers_event
          WHERE occurred_at > %(after)s AND occurred_at <= %(upto)s AND name NOT LIKE '$%%'
          GROUP BY 1) AS seen
    WHERE customer.id = seen.customer_id AND customer.last_seen_at < seen.last
"""
COMMERCE = """
    SELECT id, customer_id, name, occurred_at, properties::text, source_id, message_id
    FROM coming_customers_event WHERE occurred_at > %(after)s AND occurred_at <= %(upto)s
      AND name = ANY(%(names)s)
"""
NEWS = """
    SELECT customer_id, array_agg(DISTINCT name),
           array_agg(properties ->> 'segment') FILTER (WHERE name = ANY(%(lists)s))
    FROM coming_customers_event WHERE occurred_at > %(after)s AND occurred_at <= %(upto)s GROUP BY 1
"""


def let_in(after: datetime, upto: datetime) -> None:
    """Let what happened after one moment, until another, take effect: as the inbox does it, in sets."""
    with transaction.atomic(), connection.cursor() as cursor:
        values: dict[str, Any] = {"after": after, "upto": upto, "changed": CHANGED, "lists": LISTS}
        lock_events()
        cursor.execute(_let_in(Customer, keeps_ids=True) + " RETURNING id", values)
        new = [row[0] for row in cursor.fetchall()]
        cursor.execute(_let_in(Message), values)
        cursor.execute(_let_in(Event), values)
        if not cursor.rowcount and not new:
            return
        cursor.execute(COMMERCE, values | {"names": sorted(NAMES)})
        add_happenings(
            Happening(of, name, at, decode(said), own_id(event_id, source_id, message_id))
            for event_id, of, name, at, said, source_id, message_id in cursor.fetchall()
        )
        for statement in (WORD, LEFT, ENTERED, SAW):
            cursor.execute(statement, values)
        cursor.execute(NEWS, values)
        news = {customer_id: _told(names, lists or ()) for customer_id, names, lists in cursor.fetchall()}
        lock_customers([*news, *new])
        if new:
            classify(new, upto)
        classify_news({of: told for of, told in news.items() if of not in set(new)}, upto)


def _let_in(model: type[Customer | Event | Message], *, keeps_ids: bool = False) -> str:
    table = table_of(model)
    columns = [column for column in table.columns if keeps_ids or column not in {"id", "public_id"}]
    quoted = ", ".join(map(connection.ops.quote_name, columns))
    return LET_IN.format(table=table.name, columns=quoted, at=TIMES[model])


def _told(names: Collection[str], lists: Iterable[str]) -> Depends:
    """What is new about a customer of whom these events came."""
    return Depends(
        events=frozenset(names),
        segments=frozenset(lists),
        consent=CHANGED in names,
        seen=any(not name.startswith("$") for name in names),
    )
