"""A segment's members as CSV, chunk by chunk, however many they are."""

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from config.csv import written
from customers.models import Segment

CHUNK = 2000
COLUMNS = (
    *("public_id", "external_id", "email", "phone", "language", "country", "time_zone"),
    *("stage", "stage_since", "first_seen_at", "last_seen_at", "entered_at"),
)
# Page after page off the index one_stay_at_a_time; of each kind of identity the newest, where messages go.
PAGE = """
    SELECT customer.id, customer.public_id, identity.numbers[1], identity.emails[1], identity.phones[1],
           customer.language, customer.country, customer.time_zone,
           stage.slug, customer.stage_since, customer.first_seen_at, customer.last_seen_at, stay.entered_at,
           customer.traits
    FROM (SELECT customer_id, entered_at FROM customers_membership
          WHERE segment_id = %s AND left_at IS NULL AND customer_id > %s
          ORDER BY customer_id LIMIT %s) AS stay
    JOIN customers_customer AS customer ON customer.id = stay.customer_id
    LEFT JOIN customers_stage AS stage ON stage.number = customer.stage_id
    LEFT JOIN LATERAL (
        SELECT array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'external_id'),
               array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'email'),
               array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'phone')
        FROM customers_identity WHERE customer_id = customer.id
    ) AS identity (numbers, emails, phones) ON true
    ORDER BY customer.id
"""


def exported_members(segment: Segment, traits: Sequence[str] = ()) -> Iterator[str]:
    """The present members as lines of CSV with a header, in the order of their numbers.

    A trait is a path of keys between dots; its column is called `traits.<path>`. Texts that a spreadsheet
    would take for formulas begin with an apostrophe. Each chunk is a query: who enters meanwhile may be left
    out, and nobody waits.
    """
    yield written([[*COLUMNS, *(f"traits.{name}" for name in traits)]])
    last = 0
    while rows := _page(segment, last):
        last = rows[-1][0]
        yield written(
            [*map(_cell, values), *(_cell(_at(known, name)) for name in traits)]
            for _id, *values, known in rows
        )


def _page(segment: Segment, last: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(PAGE, [segment.pk, last, CHUNK])
        return list(cursor.fetchall())


def _at(traits: Any, path: str) -> Any:
    """The value at a path of keys; a key that has dots itself comes first."""
    if isinstance(traits, str):  # as PostgreSQL sends it
        traits = json.loads(traits)
    if path in traits:
        return traits[path]
    for key in path.split("."):
        traits = traits.get(key) if isinstance(traits, dict) else None
    return traits


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case datetime():
            return value.isoformat()
    return str(value)
