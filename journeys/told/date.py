"""A date of the customer or of the entering event, as it is written; one query for all."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from journeys.told.teller import Answer, Answers, Teller
from journeys.walk import Walk

LONGEST = 40
# Plan: one probe of the two primary keys for each.
DATES = """
    SELECT row.id, left(CASE asked.source
        WHEN 'customer' THEN customer.traits #>> asked.path::text[]
        ELSE row.context #>> asked.path::text[] END, %(longest)s)
    FROM unnest(%(ids)s::bigint[], %(sources)s::text[], %(paths)s::text[]) AS asked (id, source, path)
    JOIN journeys_enrollment row ON row.id = asked.id
    JOIN customers_customer customer ON customer.id = row.customer_id
"""


def _read(walks: Sequence[Walk], now: datetime) -> Answers:
    del now
    asked = [(row.id, *_path(walk)) for walk in walks for row in walk.rows]
    ids, sources, paths = (list(column) for column in zip(*asked, strict=True))
    values: dict[str, Any] = {"ids": ids, "sources": sources, "paths": paths, "longest": LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(DATES, values)
        found = {row_id: text or "" for row_id, text in cursor.fetchall()}

    def answers(_walk: Walk) -> Answer:
        return lambda row: found.get(row.id, "")

    return answers


def _path(walk: Walk) -> tuple[str, str]:
    """The source and the keys, as PostgreSQL writes an array."""
    date_of = walk.place.step.date_of
    source, path = date_of or ("", "")
    keys = [*(["properties"] if source == "event" else []), *path.split(".")]
    quoted = (key.replace("\\", "\\\\").replace('"', '\\"') for key in keys)
    return source, "{" + ",".join(f'"{key}"' for key in quoted) + "}"


DATE = Teller("date", lambda place: place.step.date_of is not None, _read)
