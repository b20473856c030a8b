"""What is known of identifiers: whose they are, how well those persons are known, who was erased."""

import hashlib
import hmac
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from django.conf import settings
from django.db import connection

from customers.copying import numbers, texts
from customers.identifiers import Identifiers
from customers.linking import LEVELS, NUMBERED, Claim, Key, Known, Person

# Counts on one_customer_per_identity (kind, value).
OWNERS = """
    SELECT identity.kind, identity.value, identity.customer_id, identity.origin_id
    FROM unnest(%s::text[], %s::text[]) AS asked(kind, value)
    JOIN customers_identity AS identity ON identity.kind = asked.kind AND identity.value = asked.value
"""


def owners_of(keys: Iterable[Key]) -> tuple[dict[Key, Person], dict[Key, int]]:
    """Whose the identifiers are, and as whose those came that were another customer's."""
    kinds, values = columns(keys)
    persons: dict[int, Person] = {}
    owners: dict[Key, Person] = {}
    origins: dict[Key, int] = {}
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [kinds, values])
        for kind, value, customer_id, origin_id in cursor.fetchall():
            person = persons.get(customer_id)
            if person is None:
                person = persons[customer_id] = Person(customer_id)
            person.level = max(person.level, LEVELS[kind])
            owners[kind, value] = person
            if origin_id is not None:
                origins[kind, value] = origin_id
    return owners, origins


KINDS = """
    SELECT customer_id, kind, count(*) FROM customers_identity
    WHERE customer_id = ANY(%s::bigint[]) GROUP BY customer_id, kind
"""
APART = """
    SELECT old_id, customer_id FROM customers_mergerecord
    WHERE undone_at IS NOT NULL AND old_id = ANY(%(ids)s::bigint[])
    UNION SELECT old_id, customer_id FROM customers_mergerecord
    WHERE undone_at IS NOT NULL AND customer_id = ANY(%(ids)s::bigint[])
"""


def what_is_known(claims: Iterable[Claim], owners: dict[Key, Person], rules: Identifiers) -> Known:
    """Those owners; how well they are known of whom a claim says anything new, and who is kept apart."""
    limits = {kind: most for kind, most in rules.most.items() if LEVELS[kind] < NUMBERED}
    asked: dict[int, Person] = {}
    apart = set()
    for claim in claims:
        found = {owners.get(key) for key in (*claim.keys, *claim.previous)}
        if len(found) > 1:
            asked |= {person.id: person for person in found if person}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(KINDS, [numbers(asked)])
            for customer_id, kind, many in cursor.fetchall():
                person = asked[customer_id]
                person.level = max(person.level, LEVELS[kind])
                if kind in limits:
                    person.counts = {**person.counts, kind: many}
            cursor.execute(APART, {"ids": numbers(asked)})
            apart = {frozenset(pair) for pair in cursor.fetchall()}
    buried = _buried({key for claim in claims for key in claim.keys if key not in owners})
    return Known(owners, buried, limits, apart)


def tombstone_of(key: Key) -> bytes:
    """The keyed hash under which an erased identifier is remembered."""
    return hmac.digest(settings.SECRET_KEY.encode(), f"{key[0]}:{key[1]}".encode(), hashlib.sha256)


def _buried(keys: AbstractSet[Key]) -> set[Key]:
    """Those of the identifiers that belong to erased persons; hashed only where anybody was erased."""
    if not keys:
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM customers_tombstone)")
        if cursor.fetchone() == (False,):
            return set()
        digests = {tombstone_of(key): key for key in keys}
        cursor.execute("SELECT digest FROM customers_tombstone WHERE digest = ANY(%s)", [list(digests)])
        return {digests[bytes(row[0])] for row in cursor.fetchall()}


def columns(keys: Iterable[Key]) -> tuple[str, str]:
    """Their kinds and their values, as two arrays."""
    pairs = list(keys)
    return texts(kind for kind, _value in pairs), texts(value for _kind, value in pairs)
