"""Customers as CSV, chunk by chunk, however many they are: a segment's members, or those of a list."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from config.csv import written
from config.masking import is_personal, masked, masked_text
from customers.copying import numbers
from customers.models import Customer, Segment

CHUNK = 2000
RECORD = (
    *("public_id", "external_id", "email", "phone", "language", "country", "time_zone"),
    *("stage", "stage_since", "first_seen_at", "last_seen_at"),
)
COLUMNS = (*RECORD, "entered_at")
OWN_COLUMNS = {
    "email",
    "phone",
    "language",
    "country",
    "time_zone",
}  # traits that are columns of the record too
# Page after page off the index one_stay_at_a_time.
MEMBERS = """
    SELECT customer_id, entered_at FROM customers_membership
    WHERE segment_id = %s AND left_at IS NULL AND customer_id > %s ORDER BY customer_id LIMIT %s
"""
# Of each kind of identity the newest, where messages go.
RECORDS = """
    SELECT customer.id, customer.public_id, identity.numbers[1], identity.emails[1], identity.phones[1],
           customer.language, customer.country, customer.time_zone,
           stage.slug, customer.stage_since, customer.first_seen_at, customer.last_seen_at, customer.traits
    FROM customers_customer AS customer
    LEFT JOIN customers_stage AS stage ON stage.number = customer.stage_id
    LEFT JOIN LATERAL (
        SELECT array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'external_id'),
               array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'email'),
               array_agg(value ORDER BY created_at DESC, id DESC) FILTER (WHERE kind = 'phone')
        FROM customers_identity WHERE customer_id = customer.id
    ) AS identity (numbers, emails, phones) ON true
    WHERE customer.id = ANY(%s::bigint[]) ORDER BY customer.id
"""
CONSENTS = """
    SELECT customer_id, channel || CASE WHEN topic = '' THEN '' ELSE '.' || topic END, is_granted
    FROM customers_consent WHERE customer_id = ANY(%s::bigint[])
"""
TRAITS = "SELECT DISTINCT jsonb_object_keys(traits) FROM customers_customer"
WORDS = """
    SELECT DISTINCT channel || CASE WHEN topic = '' THEN '' ELSE '.' || topic END FROM customers_consent
"""


def exported_members(
    segment: Segment, traits: Sequence[str] = (), *, is_masked: bool = False
) -> Iterator[str]:
    """The present members as lines of CSV with a header, in the order of their numbers.

    A trait is a path of keys between dots; its column is called `traits.<path>`. Texts that a spreadsheet
    would take for formulas begin with an apostrophe. Each chunk is a query: who enters meanwhile may be left
    out, and nobody waits. `is_masked`: for who may not see personal data.
    """
    names = [*COLUMNS, *(f"traits.{name}" for name in traits)]
    yield written([names])
    last = 0
    while stays := dict(_rows(MEMBERS, segment.pk, last, CHUNK)):
        last = max(stays)
        records = _rows(RECORDS, numbers(stays))
        cells = ([*values, stays[of], *_at_each(known, traits)] for of, *values, known in records)
        yield written(_line(row, names, is_masked=is_masked) for row in cells)


def exported_customers(customers: QuerySet[Customer], *, is_masked: bool = False) -> Iterator[str]:
    """These customers as lines of CSV in the columns that an import of customers reads; likewise.

    With every consent and every trait that anybody has. Each chunk is a few queries by the primary key.
    """
    traits = sorted(name for (name,) in _rows(TRAITS) if name not in OWN_COLUMNS)
    words = sorted(name for (name,) in _rows(WORDS))
    names = [*RECORD, *(f"consent.{name}" for name in words), *(f"traits.{name}" for name in traits)]
    yield written([names])
    last = 0
    while ids := list(customers.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        last = ids[-1]
        said = {(of, name): is_granted for of, name, is_granted in _rows(CONSENTS, numbers(ids))}
        cells = (
            [*values, *(said.get((of, name)) for name in words), *_at_each(known, traits)]
            for of, *values, known in _rows(RECORDS, numbers(ids))
        )
        yield written(_line(row, names, is_masked=is_masked) for row in cells)


def _rows(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def _line(values: Sequence[Any], names: Sequence[str], *, is_masked: bool) -> list[str]:
    cells = [*map(_cell, values)]
    if not is_masked:
        return cells
    return [
        masked(cell) if is_personal(name.removeprefix("traits.")) else masked_text(cell)
        for name, cell in zip(names, cells, strict=True)
    ]


def _at_each(traits: Any, paths: Sequence[str]) -> Iterator[Any]:
    known: Mapping[str, Any] = (
        json.loads(traits) if isinstance(traits, str) else traits
    )  # as PostgreSQL sends it
    return (_at(known, path) for path in paths)


def _at(traits: Any, path: str) -> Any:
    """The value at a path of keys; a key that has dots itself comes first."""
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
