"""Customers as others name them: by an identity (`email:a@example.com`) or by the id shown outside."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from customers.copying import texts
from customers.linking import LEVELS, Key
from customers.queries import UnknownIdentityError, identity_key

# Count on the unique indexes one_customer_per_identity, and of public ids, old and new.
BY_IDENTITY = """
    SELECT asked.kind, asked.value, identity.customer_id
    FROM unnest(%s::text[], %s::text[]) AS asked(kind, value)
    JOIN customers_identity AS identity ON identity.kind = asked.kind AND identity.value = asked.value
"""
BY_ID = """
    SELECT public_id, id FROM customers_customer WHERE public_id = ANY(%(ids)s::uuid[])
    UNION ALL
    SELECT old_public_id, customer_id FROM customers_mergedcustomer WHERE old_public_id = ANY(%(ids)s::uuid[])
"""


class Found(NamedTuple):
    """Whom a name leads to: a customer's number; or nobody, with `why` where the name can't be one."""

    customer_id: int | None
    why: str = ""


def customers_named(names: Sequence[str]) -> list[Found]:
    """Whom each of the names leads to, in their order: two queries for all of them."""
    asked = [_asked(name) for name in names]
    by_key = _by_identity(key for key in asked if isinstance(key, tuple))
    by_id = _by_id(key for key in asked if isinstance(key, UUID))
    return [_found(key, by_key, by_id) for key in asked]


def _asked(name: str) -> Key | UUID | str:
    """What a name asks for: an identity, an id; or what is wrong with it."""
    name = name.strip()
    kind, colon, _value = name.partition(":")
    if colon and kind in LEVELS:
        try:
            return identity_key(name)
        except UnknownIdentityError as error:
            return str(error)
    try:
        return UUID(name)
    except ValueError:
        return _("Write the customer's id, or kind:value; the kinds are %s.") % ", ".join(LEVELS)


def _found(key: Key | UUID | str, by_key: Mapping[Key, int], by_id: Mapping[UUID, int]) -> Found:
    if isinstance(key, str):
        return Found(None, key)
    return Found(by_id.get(key) if isinstance(key, UUID) else by_key.get(key))


def _by_identity(keys: Iterable[Key]) -> dict[Key, int]:
    pairs = sorted(set(keys))
    if not pairs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BY_IDENTITY, [texts(kind for kind, _ in pairs), texts(value for _, value in pairs)])
        return {(kind, value): customer_id for kind, value, customer_id in cursor.fetchall()}


def _by_id(ids: Iterable[UUID]) -> dict[UUID, int]:
    asked = sorted(set(ids))
    if not asked:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(BY_ID, {"ids": asked})
        return dict(cursor.fetchall())
