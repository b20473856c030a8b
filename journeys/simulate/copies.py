"""What a simulation begins with: which rows of the live tables, and how they stood at its start. Pure.

What is kept about customers, and what marketers set, is copied as it is, a table that is new too; where a row
says when, as it was at the start. What waits for some worker is not copied, nor is anybody inside a journey:
nobody begins in the middle. In conditions `row` is the live row, `%(start)s` the moment; `{live}` is the
schema of the live tables, `{sampled}` the table of the customers who take part.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.apps import apps
from django.db.models import Model

from channels.models import Callback, Channel, FateNotice, Message, MessageTally, Preference
from customers.models import (
    Cart,
    CartLine,
    Consent,
    ConsentWord,
    Customer,
    Event,
    Import,
    ImportBlock,
    InboxRow,
    Membership,
    News,
    Order,
    PendingConsent,
    PrivacyAct,
    RejectedRow,
    RepairSweep,
    Retention,
    RetentionSweep,
    SchemaCursor,
    SeenEvent,
    SeenMessage,
    SegmentSize,
    StageHold,
    StageMove,
    StageSize,
    StageTally,
    StayTally,
    Suppression,
    Tombstone,
)
from journeys.models import Enrollment, Journey, JourneyVersion
from journeys.tables import Table, table_of


class Copy(NamedTuple):
    """Which rows of a table, and what some columns say instead."""

    where: str = "true"
    says: Mapping[str, str] = {}


KEPT = {"customers", "channels"}  # the apps whose tables are copied unless it is said otherwise
WAITING = {Callback, FateNotice, InboxRow, News, RepairSweep, SeenMessage, Tombstone}
SOURCED = {Import, ImportBlock, RejectedRow, SchemaCursor, SeenEvent}
# Which nobody keeps in a copy, or reads.
TALLIES = {MessageTally, SegmentSize, StageSize, StageTally, StayTally}
RECORDS = {ConsentWord, PrivacyAct, Retention, RetentionSweep}
LEFT: set[type[Model]] = WAITING | TALLIES | SOURCED | RECORDS

OF_SAMPLED = "row.customer_id IN (SELECT customer_id FROM {sampled})"
MOVED = """(SELECT {column} FROM {{live}}.customers_stagemove AS move
    WHERE move.customer_id = row.id AND moved_at < %(start)s ORDER BY moved_at DESC, id DESC LIMIT 1)"""
# What they did before, not what was done to them, is when they were seen.
SEEN = """CASE WHEN row.last_seen_at < %(start)s THEN row.last_seen_at ELSE coalesce(
    (SELECT max(occurred_at) FROM {live}.customers_event AS event
     WHERE event.customer_id = row.id AND occurred_at < %(start)s AND name NOT LIKE '$%%'),
    row.first_seen_at) END"""
WORDS = """{{live}}.customers_event AS event
    WHERE event.customer_id = row.customer_id AND event.name = '$consent_changed'
      AND event.properties ->> 'channel' = row.channel AND event.properties ->> 'topic' = row.topic
      AND event.occurred_at {when}"""
SAID_LATER = f"EXISTS (SELECT FROM {WORDS.format(when='>= %(start)s')})"
SAID_BEFORE = f"""(SELECT (event.properties ->> 'granted')::boolean FROM {WORDS.format(when="< %(start)s")}
    ORDER BY event.occurred_at DESC, event.id DESC LIMIT 1)"""


def until(column: str) -> str:
    """A moment that had not come at the start was not known."""
    return f"CASE WHEN row.{column} < %(start)s THEN row.{column} END"


# What became of an order since is not known yet; nor is when a cart changed.
ORDERED = """row.properties - CASE WHEN row.cancelled_at >= %(start)s THEN 'cancelled_at' ELSE '' END
    - CASE WHEN row.refunded_at >= %(start)s THEN ARRAY['refunded_at', 'refunded'] ELSE ARRAY[]::text[] END"""
BEFORE = "least(row.{column}, %(start)s - interval '1 microsecond')"

IS_SAMPLED = "row.id IN (SELECT customer_id FROM {sampled})"
AS_AT_START = {
    "stage_id": MOVED.format(column="to_stage_id"),
    "stage_since": MOVED.format(column="moved_at"),
    "last_seen_at": SEEN,
    "recheck_at": "NULL",
}
PAST: dict[type[Model], Copy] = {
    Customer: Copy(IS_SAMPLED + " AND row.first_seen_at < %(start)s", AS_AT_START),
    # The word that was changed later is told by the event of that change; the one before it too.
    Consent: Copy(
        f"{OF_SAMPLED} AND (NOT {SAID_LATER} OR {SAID_BEFORE} IS NOT NULL)",
        {
            "is_granted": f"CASE WHEN {SAID_LATER} THEN {SAID_BEFORE} ELSE row.is_granted END",
            "changed_at": "least(row.changed_at, %(start)s)",
        },
    ),
    # Nobody can confirm there.
    PendingConsent: Copy(OF_SAMPLED + " AND row.said_at < %(start)s", {"ask_at": "NULL"}),
    Suppression: Copy(
        """row.created_at < %(start)s AND (row.kind, row.value) IN (
            SELECT kind, value FROM {live}.customers_identity AS row WHERE """
        + OF_SAMPLED
        + ")"
    ),
    Event: Copy(OF_SAMPLED + " AND row.occurred_at < %(start)s"),
    Order: Copy(
        OF_SAMPLED + " AND row.occurred_at < %(start)s",
        {
            "cancelled_at": until("cancelled_at"),
            "refunded_at": until("refunded_at"),
            "refunded": "CASE WHEN row.refunded_at < %(start)s THEN row.refunded ELSE 0 END",
            "is_refunded_whole": "coalesce(row.refunded_at < %(start)s AND row.is_refunded_whole, false)",
            "properties": ORDERED,
        },
    ),
    CartLine: Copy(OF_SAMPLED + " AND row.occurred_at < %(start)s", {"ended_at": until("ended_at")}),
    Cart: Copy(OF_SAMPLED, {"told_at": BEFORE.format(column="told_at"), "checkout_at": until("checkout_at")}),
    Membership: Copy(OF_SAMPLED + " AND row.entered_at < %(start)s", {"left_at": until("left_at")}),
    StageMove: Copy(OF_SAMPLED + " AND row.moved_at < %(start)s"),
    StageHold: Copy(OF_SAMPLED + " AND row.held_at < %(start)s", {"ended_at": until("ended_at")}),
    Message: Copy(
        OF_SAMPLED + " AND row.created_at < %(start)s AND row.closed_at < %(start)s",
        {
            "context": "'{{}}'",
            "state": "CASE WHEN row.delivered_at >= %(start)s THEN 'sent' ELSE row.state END",
            "delivered_at": until("delivered_at"),
            "opened_at": until("opened_at"),
            "clicked_at": until("clicked_at"),
        },
    ),
    Preference: Copy(OF_SAMPLED + " AND row.changed_at < %(start)s"),
    # Whatever is sent goes nowhere, and no secret comes along.
    Channel: Copy(says={"provider": "'recording'", "settings": "''", "rests_until": "NULL"}),
    Journey: Copy(),
    JourneyVersion: Copy(),
    # Whoever was inside is not, but has been: that is what the entry's policy asks.
    Enrollment: Copy(
        OF_SAMPLED + " AND row.entered_at < %(start)s",
        {
            "context": "'{{}}'",
            "standing": "'ended'",
            "due_at": "NULL",
            "awaits": "'{{}}'",
            "is_on_hold": "false",
            "error": "''",
            "lacks": "''",
            "ended_at": "least(coalesce(row.ended_at, %(start)s), %(start)s)",
            "exit_reason": "CASE WHEN row.ended_at < %(start)s THEN row.exit_reason ELSE 'before' END",
        },
    ),
}


def copies() -> Iterator[tuple[Table, Copy]]:
    """Each table of which rows are copied, and which of them."""
    for app in apps.get_app_configs():
        for model in app.get_models(include_auto_created=True):
            table = table_of(model)
            if model in PAST:
                yield table, PAST[model]
            elif app.label in KEPT and model not in LEFT:
                yield table, Copy(OF_SAMPLED) if "customer_id" in table.columns else Copy()
