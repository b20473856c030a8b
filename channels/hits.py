"""Hits on a message's links and pixel: a person's become events and times, a machine's count for nothing.

Mail scanners open every link of a mail within seconds of its arrival. So a click soon after the sending waits
a moment before it counts (by the wall's clock: scanners don't live in a rehearsal); if another link of the
message is hit meanwhile, it was a machine. Hits are kept as callbacks of the provider `links`, each once.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from channels.callbacks import LIMIT, LINKS, TOLD, Told, event_of, read_told, settle
from channels.models import Callback
from channels.provider import EventKind
from config import work
from config.database import LOCKS
from customers.inbox import accept_customer_events

SCANNED = "$message_scanned"
EARLY = timedelta(minutes=2)  # after the sending: the time of scanners
BURST = timedelta(seconds=2)  # two different links within it: no person
PREFETCHERS = re.compile(r"(?<!cu)bot\b|crawl|spider|preview|scan|headless|barracuda|mimecast|proofpoint")
PURPOSES = ("Sec-Purpose", "Purpose", "X-Purpose", "X-Moz")


def is_machine(method: str, headers: Mapping[str, str]) -> bool:
    """Whether a request says of itself that no person sent it: HEAD, a prefetch, a known scanner."""
    agent = headers.get("User-Agent", "").lower()
    purpose = " ".join(headers.get(name, "") for name in PURPOSES).lower()
    return (
        method != "GET"
        or any(word in purpose for word in ("prefetch", "preview", "prerender"))
        or PREFETCHERS.search(agent) is not None
    )


STORE = """
    INSERT INTO channels_callback (provider, event_id, kind, message_id, occurred_at, received_at, payload)
    SELECT %(links)s, %(event_id)s, %(kind)s, id, %(now)s, clock_timestamp(), %(payload)s
    FROM channels_message WHERE public_id = %(public_id)s
    ON CONFLICT (provider, event_id) DO NOTHING
"""


def record_click(public_id: UUID, url: str, now: datetime, *, by_machine: bool) -> None:
    """Keep a click; soon after the sending it takes effect only when no scanner has shown itself."""
    _record(public_id, EventKind.CLICKED, {"url": url, "machine": by_machine}, now)


def record_open(public_id: UUID, now: datetime, *, by_machine: bool) -> None:
    """Keep that the pixel was fetched."""
    _record(public_id, EventKind.OPENED, {"machine": by_machine}, now)


def _record(public_id: UUID, kind: EventKind, payload: dict[str, Any], now: datetime) -> None:
    """One hit per message, kind, address and minute; the rest of that minute says nothing new."""
    told = f"{kind}:{payload.get('url', '')}:{payload['machine']}".encode()
    event_id = f"{public_id}:{blake2b(told, digest_size=8).hexdigest()}:{now:%Y%m%d%H%M}"
    values: dict[str, Any] = {"links": LINKS, "event_id": event_id, "now": now, "public_id": public_id}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(STORE, values | {"kind": kind.value, "payload": Jsonb(payload)})
        if cursor.rowcount:
            work.wake("channels.apply_hits")


ALONE = f"SELECT pg_try_advisory_xact_lock({LOCKS}, 61)"
# Ripe hits: opens, machines' and late clicks at once; early ones when a burst would have shown itself.
RIPE = f"""
    {TOLD}
    WHERE told.applied_at IS NULL AND told.provider = %(links)s
      AND (told.kind = 'opened' OR told.payload @> '{{"machine": true}}'
           OR told.occurred_at > coalesce(message.sent_at, told.occurred_at) + %(early)s
           OR told.received_at < clock_timestamp() - %(burst)s)
    ORDER BY told.received_at, told.id LIMIT %(limit)s
"""
DUE = f"EXISTS (SELECT FROM channels_callback WHERE applied_at IS NULL AND provider = '{LINKS}')"
# Clicks on several links of one message within a burst, whether they took effect already or not.
BURSTS = """
    SELECT DISTINCT hit.id FROM channels_callback AS hit
    JOIN channels_callback AS other
      ON other.message_id = hit.message_id AND other.provider = hit.provider AND other.kind = 'clicked'
     AND other.payload ->> 'url' <> hit.payload ->> 'url'
     AND other.received_at BETWEEN hit.received_at - %(burst)s AND hit.received_at + %(burst)s
    WHERE hit.id = ANY(%(ids)s) AND hit.kind = 'clicked'
"""


def apply_hits(now: datetime, limit: int = LIMIT) -> int:
    """Judge the hits that are ripe and let them take effect; returns how many."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(ALONE)
        if cursor.fetchone() != (True,):
            return 0
        spans: dict[str, Any] = {"early": EARLY, "burst": BURST}
        cursor.execute(RIPE, spans | {"links": LINKS, "limit": limit})
        told = read_told(cursor.fetchall())
        cursor.execute(BURSTS, spans | {"ids": [each.id for each in told]})
        in_bursts = {row[0] for row in cursor.fetchall()}
        machines = [each for each in told if each.payload.get("machine") or each.id in in_bursts]
        by_machine = {each.id for each in machines}
        settle([each for each in told if each.id not in by_machine], now)
        _flag(machines, now)
    return len(told)


def _flag(machines: Sequence[Told], now: datetime) -> None:
    """A machine's hits: seen on the customer's timeline, counted nowhere."""
    if not machines:
        return
    accept_customer_events([event_of(each, SCANNED, machine=True) for each in machines], now)
    Callback.objects.filter(id__in=[each.id for each in machines]).update(applied_at=now)
