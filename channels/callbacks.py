"""What providers report afterwards, and what it makes of messages.

A report is stored once, whatever its order. What it makes of a message is the least upper bound of all that
was reported: sent or uncertain < delivered < bounced < complained; times are the earliest told. So the
reports of a message, in any order, doubled, early or late, lead to one state. One that names a message which
is not known yet waits for a day; one of a message that is still open, until it has been sent.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from psycopg.types.json import Jsonb

from channels.models import Callback
from channels.provider import EventKind, ProviderEvent
from channels.verdict import ADDRESS_KINDS
from config import work
from config.database import LOCKS
from customers.addresses import AddressError, normal
from customers.inbox import CustomerEvent, accept_customer_events
from customers.models import News, Suppression
from customers.news import tell
from customers.queries import addresses
from customers.services import lock_customers, suppress

WAIT = timedelta(hours=24)
LIMIT = 1000
LINKS = "links"  # the provider of hits on our own links; channels/hits.py judges them

RANKS = {EventKind.DELIVERED: 1, EventKind.BOUNCED: 2, EventKind.GONE: 2, EventKind.COMPLAINED: 3}
EVENTS = {
    EventKind.DELIVERED: "$message_delivered",
    EventKind.BOUNCED: "$message_bounced",
    EventKind.DEFERRED: "$message_deferred",
    EventKind.COMPLAINED: "$message_complained",
    EventKind.OPENED: "$message_opened",
    EventKind.CLICKED: "$message_clicked",
    EventKind.REPLIED: "$message_replied",
    EventKind.GONE: "$message_bounced",
}
REASONS = {
    EventKind.BOUNCED: Suppression.Reason.BOUNCED,
    EventKind.GONE: Suppression.Reason.GONE,
    EventKind.COMPLAINED: Suppression.Reason.COMPLAINED,
}

# In one order, so that two who store the same reports never wait for each other.
STORE = """
    INSERT INTO channels_callback
        (provider, event_id, kind, provider_message_id, message_id, occurred_at, received_at, payload)
    SELECT %(provider)s, told.event_id, told.kind, told.provider_id, message.id, told.occurred_at, %(now)s,
           told.payload
    FROM unnest(%(event_ids)s::text[], %(kinds)s::text[], %(provider_ids)s::text[], %(public_ids)s::uuid[],
                %(times)s::timestamptz[], %(payloads)s::jsonb[])
        AS told(event_id, kind, provider_id, public_id, occurred_at, payload)
    LEFT JOIN channels_message AS message ON message.public_id = told.public_id
    ORDER BY told.event_id
    ON CONFLICT (provider, event_id) DO NOTHING
"""


def store_events(provider: str, events: Sequence[ProviderEvent], now: datetime) -> int:
    """Keep what a provider reports, each event once; returns how many are new.

    They take effect right after.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            STORE,
            {
                "provider": provider,
                "now": now,
                "event_ids": [event.event_id for event in events],
                "kinds": [event.kind.value for event in events],
                "provider_ids": [event.provider_id for event in events],
                "public_ids": [event.public_id for event in events],
                "times": [event.occurred_at for event in events],
                "payloads": [Jsonb(_payload(event)) for event in events],
            },
        )
        new = int(cursor.rowcount)
        if new:
            work.wake("channels.apply_callbacks")
    return new


def _payload(event: ProviderEvent) -> dict[str, Any]:
    named = {"message": str(event.public_id)} if event.public_id else {}
    return named | (event.payload or {})


def read_told(rows: Iterable[tuple[Any, ...]]) -> list["Told"]:
    """Rows of reports as such; Django leaves JSON as text."""
    return [Told._make((*row[:5], json.loads(row[5]), *row[6:])) for row in rows]


class Told(NamedTuple):
    """A stored report with the message that it is about."""

    id: int
    provider: str
    event_id: str
    kind: str
    occurred_at: datetime
    payload: dict[str, Any]
    message_id: int
    public_id: UUID
    customer_id: int
    channel: str
    content: str
    source: str
    source_id: int
    step: str
    state: str


# One at a time, so that two never wait for each other's messages; whoever comes second has nothing to do.
ALONE = f"SELECT pg_try_advisory_xact_lock({LOCKS}, 60)"
# Reports of messages that were not known yet look once more, by unique public_id or message_provider_id.
RESOLVE = """
    UPDATE channels_callback AS told SET message_id = found.id
    FROM (SELECT unknown.id AS told_id, coalesce(
              (SELECT id FROM channels_message WHERE public_id = (unknown.payload ->> 'message')::uuid),
              (SELECT id FROM channels_message
               WHERE provider_id <> '' AND provider_id = unknown.provider_message_id LIMIT 1)) AS id
          FROM channels_callback AS unknown
          WHERE unknown.applied_at IS NULL AND unknown.message_id IS NULL) AS found
    WHERE told.id = found.told_id AND found.id IS NOT NULL
"""
# What `read_told` reads.
TOLD = """
    SELECT told.id, told.provider, told.event_id, told.kind, told.occurred_at, told.payload,
           message.id, message.public_id, message.customer_id, message.channel, coalesce(content.slug, ''),
           message.source, message.source_id, message.step, message.state
    FROM channels_callback AS told
    JOIN channels_message AS message ON message.id = told.message_id
    LEFT JOIN channels_content AS content ON content.id = message.content_id
"""
# Counts on callback_waiting. A message that is open or being sent waits: its own outcome comes first.
WAITING = f"""
    {TOLD}
    WHERE told.applied_at IS NULL AND told.provider <> %(links)s
      AND message.state NOT IN ('queued', 'held', 'sending')
    ORDER BY told.received_at, told.id LIMIT %(limit)s
"""
DUE = f"EXISTS (SELECT FROM channels_callback WHERE applied_at IS NULL AND provider <> '{LINKS}')"
# One about a message that is known waits as long as that is open.
GIVE_UP = """
    UPDATE channels_callback SET applied_at = %(now)s
    WHERE applied_at IS NULL AND message_id IS NULL AND provider <> %(links)s AND received_at < %(before)s
"""


def apply_reports(now: datetime, limit: int = LIMIT) -> int:
    """Apply what was reported of messages that are known; returns how many reports are settled."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        if cursor.fetchone() != (True,):
            return 0
        cursor.execute(RESOLVE)
        cursor.execute(WAITING, {"links": LINKS, "limit": limit})
        told = read_told(cursor.fetchall())
        settle(told, now)
        return len(told) + _give_up(now)


def settle(told: Sequence[Told], now: datetime) -> None:
    """Let reports take effect: suppressions, the messages' states and times, the customers' events."""
    if told:
        _suppress(told, now)
        _mark(told)
        tell({each.customer_id for each in told}, News.What.MESSAGES)
        accept_customer_events([event_of(each) for each in told], now)
        Callback.objects.filter(id__in=[each.id for each in told]).update(applied_at=now)


def _give_up(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(GIVE_UP, {"now": now, "links": LINKS, "before": now - WAIT})
        return int(cursor.rowcount)


# In one order: reports and hits of the same messages are settled at the same time.
LOCK = "SELECT FROM channels_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
# Of the rank that is there and the one that was told the higher stays. Opening or clicking proves that an
# uncertain message arrived.
MARK = """
    UPDATE channels_message AS message SET
        state = CASE
            WHEN message.state NOT IN ('sent', 'uncertain', 'delivered', 'bounced', 'complained')
                THEN message.state
            WHEN told.rank = 3 OR message.state = 'complained' THEN 'complained'
            WHEN told.rank = 2 OR message.state = 'bounced' THEN 'bounced'
            WHEN told.rank = 1 OR message.state = 'delivered' THEN 'delivered'
            WHEN message.state = 'uncertain' AND coalesce(told.opened_at, told.clicked_at) IS NOT NULL
                THEN 'delivered'
            ELSE message.state END,
        delivered_at = least(message.delivered_at, told.delivered_at),
        opened_at = least(message.opened_at, told.opened_at),
        clicked_at = least(message.clicked_at, told.clicked_at)
    FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::timestamptz[], %s::timestamptz[])
        AS told(message_id, rank, delivered_at, opened_at, clicked_at)
    WHERE message.id = told.message_id
"""


# What was uncertain is known now.
CLEAR = """
    UPDATE channels_message SET reason = '', detail = '', sent_at = coalesce(sent_at, slot_at, delivered_at)
    WHERE id = ANY(%s) AND state IN ('delivered', 'bounced', 'complained')
      AND (reason <> '' OR sent_at IS NULL)
"""


def _mark(told: Iterable[Told]) -> None:
    """Bring messages to the state that was told, with the earliest times, all at once."""
    by_message: dict[int, list[Told]] = defaultdict(list)
    for each in told:
        by_message[each.message_id].append(each)
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [list(by_message)])
        cursor.execute(
            MARK,
            [
                list(by_message),
                [max(RANKS.get(EventKind(each.kind), 0) for each in group) for group in by_message.values()],
                *(
                    [_earliest(group, kind) for group in by_message.values()]
                    for kind in (EventKind.DELIVERED, EventKind.OPENED, EventKind.CLICKED)
                ),
            ],
        )
        cursor.execute(CLEAR, [list(by_message)])


def _earliest(group: Iterable[Told], kind: EventKind) -> datetime | None:
    return min((each.occurred_at for each in group if each.kind == kind), default=None)


def event_of(told: Told, name: str = "", **more: Any) -> CustomerEvent:
    """The customer's event that a report is."""
    shown = {key: told.payload[key] for key in ("url", "reason", "text") if told.payload.get(key)}
    if words := str(shown.get("text", "")).split(maxsplit=1):
        shown["keyword"] = words[0].casefold()
    properties = {
        "message": str(told.public_id),
        "channel": told.channel,
        "content": told.content,
        "source": told.source,
        "source_id": told.source_id,
        "step": told.step,
    }
    return CustomerEvent(
        customer_id=told.customer_id,
        name=name or EVENTS[EventKind(told.kind)],
        occurred_at=told.occurred_at,
        properties=properties | shown | more,
        message_id=f"{told.provider}:{told.event_id}"[:200],
    )


def _suppress(told: Sequence[Told], now: datetime) -> None:
    """Never write again to addresses that bounced for good, complained or are gone."""
    lock_customers(each.customer_id for each in told if each.kind in REASONS)
    for kind, reason in REASONS.items():
        if concerned := [each for each in told if each.kind == kind and each.channel in ADDRESS_KINDS]:
            suppress(_addresses(concerned), reason, now)


def _addresses(told: Sequence[Told]) -> list[tuple[str, str]]:
    """The address that each report names, else the customer's newest on that channel."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for each in told:
        by_kind[ADDRESS_KINDS[each.channel]].add(each.customer_id)
    newest: Mapping[str, Mapping[int, str]] = {kind: addresses(ids, kind) for kind, ids in by_kind.items()}
    found = set()
    for each in told:
        kind = ADDRESS_KINDS[each.channel]
        address = _named(each) or newest[kind].get(each.customer_id)
        if address:
            found.add((str(kind), str(address)))
    return sorted(found)


def _named(told: Told) -> str:
    """The address that a report names, spelt as identities are; nothing where it names none."""
    try:
        return normal(
            ADDRESS_KINDS[told.channel], str(told.payload.get("recipient") or ""), settings.BRAND_COUNTRY
        )
    except AddressError:
        return ""
