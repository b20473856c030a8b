"""Conversions: what one is worth, and their rows. Each enrollment's row is locked by whoever records."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from journeys.leaving import Value

Money = tuple[Decimal | None, str]
NOTHING: Money = (None, "")
AMOUNT = re.compile(r"-?[0-9]{1,14}(\.[0-9]{1,20})?")
CODE = re.compile(r"[A-Z]{3}")
PLACES, TOO_MUCH = Decimal("0.0001"), Decimal(10) ** 14


class Reached(NamedTuple):
    """A goal that an enrollment reached; see the model for `occasion`."""

    enrollment_id: int
    goal: str
    occasion: int
    event_id: int | None
    occurred_at: datetime
    value: Decimal | None
    currency: str


# One that is there already is left as it is: of a goal that counts once, the first that was heard. Plan: a
# probe of the primary key for each, and of one_conversion.
RECORD = """
    INSERT INTO journeys_conversion
        (journey_id, version_id, enrollment_id, customer_id, is_held_out, goal, occasion, event_id,
         occurred_at, value, currency)
    SELECT row.journey_id, row.version_id, row.id, row.customer_id, row.is_held_out, reached.goal,
           reached.occasion, reached.event_id, reached.occurred_at, reached.value, reached.currency
    FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::numeric[],
                %s::text[])
        AS reached (enrollment_id, goal, occasion, event_id, occurred_at, value, currency)
    JOIN journeys_enrollment row ON row.id = reached.enrollment_id
    ORDER BY reached.occurred_at, reached.event_id
    ON CONFLICT (enrollment_id, goal, occasion) DO NOTHING
"""
# Plan: of each enrollment the beginning of one_conversion.
COUNTED = "SELECT enrollment_id, goal FROM journeys_conversion WHERE enrollment_id = ANY(%s) AND occasion = 0"
PROPERTIES = "SELECT id, properties::text FROM customers_event WHERE id = ANY(%s)"


def record(reached: Sequence[Reached]) -> int:
    """Write conversions down, in the caller's transaction; how many are new."""
    if not reached:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(RECORD, [list(column) for column in zip(*reached, strict=True)])
        return int(cursor.rowcount)


def counted(enrollment_ids: Collection[int]) -> set[tuple[int, str]]:
    """Which of these enrollments have reached which goals that count once."""
    if not enrollment_ids:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, [sorted(enrollment_ids)])
        return set(cursor.fetchall())


def properties_of(event_ids: Collection[int]) -> dict[int, Any]:
    """The properties of events."""
    if not event_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(PROPERTIES, [sorted(event_ids)])
        return {event_id: exact(text) for event_id, text in cursor.fetchall()}


def exact(text: str) -> Any:
    """What a JSON text says, its numbers as exact as they came."""
    return json.loads(text, parse_float=Decimal)


def money(value: Value | None, properties: Any) -> Money:
    """What a conversion is worth, by the properties of its event; nothing where they don't say it."""
    if value is None:
        return NOTHING
    amount = value.amount if value.amount is not None else _amount(_at(properties, value.property))
    code = value.currency or str(_at(properties, value.currency_property)).upper()
    return (amount, code) if amount is not None and CODE.fullmatch(code) else NOTHING


def _at(properties: Any, path: str) -> Any:
    for key in path.split("."):
        properties = properties.get(key) if isinstance(properties, Mapping) else None
    return properties


def _amount(said: Any) -> Decimal | None:
    if isinstance(said, str):
        amount = Decimal(said) if AMOUNT.fullmatch(said) else None
    else:
        amount = Decimal(said) if isinstance(said, int | Decimal) and not isinstance(said, bool) else None
    return amount.quantize(PLACES) if amount is not None and abs(amount) < TOO_MUCH else None
