"""Reads about customers, for the apps above."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection

from customers.addresses import AddressError, normal
from customers.linking import LEVELS, Key
from customers.models import Customer, MergedCustomer

# Counts on the index of customers_identity (customer_id).
ADDRESSES = """
    SELECT DISTINCT ON (customer_id) customer_id, value FROM customers_identity
    WHERE customer_id = ANY(%s) AND kind = %s ORDER BY customer_id, created_at DESC, id DESC
"""


def addresses(customer_ids: Collection[int], kind: str) -> dict[int, str]:
    """Customer → newest identity of a kind, for those who have one."""
    with connection.cursor() as cursor:
        cursor.execute(ADDRESSES, [list(customer_ids), kind])
        return dict(cursor.fetchall())


class UnknownIdentityError(ValueError):
    """Write kind:value, such as email:a@example.com, external_id:42 or loyalty_card:7."""


def identity_key(identity: str) -> Key:
    """Kind and value, in its one spelling, of `email:a@example.com`; UnknownIdentityError if it is none."""
    kind, _, value = identity.partition(":")
    if kind not in LEVELS or not value or "\0" in value:
        raise UnknownIdentityError(UnknownIdentityError.__doc__)
    try:
        return kind, normal(kind, value, settings.BRAND_COUNTRY)
    except AddressError as error:
        raise UnknownIdentityError(str(error)) from error


def customer_by_identity(identity: str) -> Customer | None:
    """The customer whom `email:a@example.com` leads to; UnknownIdentityError where it is no identity."""
    kind, value = identity_key(identity)
    return Customer.objects.filter(identities__kind=kind, identities__value=value).first()


def customer_by_public_id(public_id: str) -> Customer | None:
    """The customer of an id as it is shown outside, also of one that was merged into another."""
    if found := Customer.objects.filter(public_id=public_id).first():
        return found
    merged = MergedCustomer.objects.select_related("customer").filter(old_public_id=public_id).first()
    return merged.customer if merged else None


class TimelineRow(NamedTuple):
    """One thing that happened. `kind` is event, stage or segment; (at, kind, id) orders the whole."""

    at: datetime
    kind: str
    id: int
    name: str
    detail: dict[str, Any]


# Each part reads at most a page, newest first, by the customer's index. `$stage_changed`, `$segment_entered`
# and `$segment_left` are told by the rows of moves and memberships.
TIMELINE = """
    WITH row AS (
        (SELECT occurred_at AS at, 'event' AS kind, id, name, properties AS detail FROM customers_event
         WHERE customer_id = %(customer)s
           AND name <> ALL(ARRAY['$stage_changed', '$segment_entered', '$segment_left'])
           AND (%(at)s::timestamptz IS NULL OR (occurred_at, 'event', id) < (%(at)s, %(kind)s, %(id)s))
         ORDER BY occurred_at DESC, id DESC LIMIT %(size)s)
        UNION ALL
        (SELECT moved_at, 'stage', move.id, new.slug, jsonb_build_object('from', old.slug, 'to', new.slug)
         FROM customers_stagemove AS move JOIN customers_stage AS new ON new.number = move.to_stage_id
         LEFT JOIN customers_stage AS old ON old.number = move.from_stage_id
         WHERE customer_id = %(customer)s
           AND (%(at)s::timestamptz IS NULL OR (moved_at, 'stage', move.id) < (%(at)s, %(kind)s, %(id)s))
         ORDER BY moved_at DESC, move.id DESC LIMIT %(size)s)
        UNION ALL
        (SELECT entered_at, 'segment', stay.id, segment.slug,
                jsonb_build_object('segment', segment.name, 'left_at', stay.left_at)
         FROM customers_membership AS stay JOIN customers_segment AS segment ON segment.id = stay.segment_id
         WHERE customer_id = %(customer)s AND NOT segment.is_internal
           AND (%(at)s::timestamptz IS NULL OR (entered_at, 'segment', stay.id) < (%(at)s, %(kind)s, %(id)s))
         ORDER BY entered_at DESC, stay.id DESC LIMIT %(size)s)
    )
    SELECT at, kind, id, name, detail FROM row ORDER BY at DESC, kind DESC, id DESC LIMIT %(size)s
"""


def timeline(customer_id: int, before: TimelineRow | None = None, size: int = 50) -> list[TimelineRow]:
    """What happened to a customer, newest first; `before` is the last row of the page before."""
    at, kind, row_id = (before.at, before.kind, before.id) if before else (None, "", 0)
    with connection.cursor() as cursor:
        cursor.execute(
            TIMELINE, {"customer": customer_id, "at": at, "kind": kind, "id": row_id, "size": size}
        )
        return [TimelineRow(*row) for row in cursor.fetchall()]
