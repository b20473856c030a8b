"""Which events each source sends: name, properties with their types, how often, when last. Noted by a sweep.

Not on the way of a call: the sweep reads the stretch of events since the last look, counts them in one query,
and looks at the properties of the newest of each. It may be a minute behind, and loses nothing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from django.db import connection, transaction

from customers.models import SchemaCursor, SeenEvent, Source
from customers.suggestions import kinds_of_paths

BATCH = 100_000  # events that one look reads at most
SAMPLE = 20  # of each event of a source, whose properties are looked at
MOST_PATHS = 200
QUIET = timedelta(days=1)

# Plan: a stretch of the primary key.
COUNTED = """
    SELECT source_id, name, count(*), min(received_at), max(received_at),
           (array_agg(properties::text ORDER BY id DESC))[1:%(sample)s]
    FROM customers_event
    WHERE id > %(after)s AND id <= %(upto)s AND source_id IS NOT NULL AND name NOT LIKE '$%%'
    GROUP BY source_id, name
"""
REACH = """
    SELECT max(id), count(*) FROM (SELECT id FROM customers_event WHERE id > %s ORDER BY id LIMIT %s) AS batch
"""


def note_events(_now: datetime, limit: int = BATCH) -> int:
    """Note the next events; returns how many there were."""
    with transaction.atomic(), connection.cursor() as cursor:
        reached, _made = SchemaCursor.objects.select_for_update().get_or_create(pk=1)
        cursor.execute(REACH, [reached.last_event_id, limit])
        upto, count = cursor.fetchone()
        if not count:
            return 0
        cursor.execute(COUNTED, {"after": reached.last_event_id, "upto": upto, "sample": SAMPLE})
        _note(cursor.fetchall())
        reached.last_event_id = upto
        reached.save()
    return int(count)


def _note(rows: list[Any]) -> None:
    sources = set(Source.objects.filter(pk__in={row[0] for row in rows}).values_list("pk", flat=True))
    rows = [row for row in rows if row[0] in sources]
    known = {
        (one.source_id, one.name): one
        for one in SeenEvent.objects.filter(source__in=sources, name__in={row[1] for row in rows})
    }
    seen = []
    for source_id, name, many, first, last, documents in rows:
        one = known.get((source_id, name)) or SeenEvent(
            source_id=source_id, name=name, events=0, first_seen_at=first
        )
        one.events += many
        one.last_seen_at = last
        one.properties = _merged(one.properties, kinds_of_paths(map(msgspec.json.decode, documents)))
        seen.append(one)
    SeenEvent.objects.bulk_create(
        seen,
        update_conflicts=True,
        unique_fields=["source", "name"],
        update_fields=["events", "last_seen_at", "properties"],
    )


def _merged(known: Mapping[str, str], new: Mapping[str, str]) -> dict[str, str]:
    """All paths; one of which two kinds were seen is a text."""
    merged = dict(known)
    for path, kind in new.items():
        if path in merged or len(merged) < MOST_PATHS:
            merged[path] = kind if merged.get(path, kind) == kind else "text"
    return merged


def last_heard() -> dict[int, datetime]:
    """When each source was last heard of; without those of which nothing ever came."""
    return dict(SeenEvent.objects.order_by("last_seen_at").values_list("source_id", "last_seen_at"))


def quiet_sources(now: datetime) -> list[tuple[Source, datetime]]:
    """Active sources of which nothing has come for a day, and when they were last heard of."""
    heard = last_heard()
    silent = {pk for pk, at in heard.items() if at < now - QUIET}
    sources = Source.objects.filter(pk__in=silent, is_active=True).order_by("name")
    return [(source, heard[source.pk]) for source in sources]
