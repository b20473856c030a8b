"""Which customer a call is about: reads what is known, lets `linking` decide, writes it.

Identities are written under the events' lock only, so what is read here stays true until the commit.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from customers.addresses import AddressError, normal
from customers.copying import copy_lines, escaped, moments, numbers, texts
from customers.countries import countries_of
from customers.linking import LEVELS, Claim, Key, Links, Person, link
from customers.locks import lock_customers
from customers.merge import Merge, merge_customers, on_merge
from customers.models import News
from customers.news import tell
from customers.tracking.calls import Call

__all__ = ["Merge", "Received", "Resolved", "on_merge", "resolve", "tombstone_of"]


class Received(NamedTuple):
    """A call with what the inbox knows of it. `call.occurred_at` is corrected by then."""

    call: Call
    received_at: datetime
    source_id: int | None
    message_id: str


class Resolved(NamedTuple):
    """Whose each call is, by the customer's id, and what became of customers.

    An id of 0: nobody's, for no identifier was valid (its place is in `unclear`), or of an erased person.
    `created`: the ids of new customers, of whom whoever asked writes the rows, with the moment each was first
    seen. `gained`: who has one more identifier, or one less, or was joined with somebody.
    """

    customer_ids: list[int]
    countries: list[str]
    created: dict[int, datetime]
    merged: list[Merge]
    unclear: set[int]
    gained: set[int]


class Linked(NamedTuple):
    """What `linking` decided about a batch, and of what it read; nothing is written yet."""

    countries: list[str]
    claims: list[Claim]
    before: dict[Key, Person]
    owners: dict[Key, Person]
    links: Links


def linked(batch: Sequence[Received]) -> Linked:
    """Decide whose each call is, by all that is known now."""
    countries = countries_of([one.call for one in batch])
    claims = [_claim(one.call, country) for one, country in zip(batch, countries, strict=True)]
    told = [claim for claim in claims if claim.keys]
    owners = _owners({key for claim in told for key in (*claim.keys, *claim.previous)})
    _learn_levels(told, owners)
    before = dict(owners)
    links = link(claims, owners, _buried({key for claim in told for key in claim.keys if key not in owners}))
    return Linked(countries, claims, before, owners, links)


def resolve(batch: Sequence[Received], now: datetime) -> Resolved:
    """Find the customer of each call, in order, or a number for one who is new, and join who is one person.

    Leaves the customers locked.
    """
    countries, claims, before, owners, links = linked(batch)
    _forget_barred(batch, links)
    known = _known(batch, links)
    created = _number(links, batch)
    _write(links)
    gained = _gained(links, before, owners)
    tell((gained | _restated(links, owners)) - created.keys(), News.What.REACH)
    merges = [Merge(person.id, person.root().id) for person in links.merged]
    merge_customers(merges, now)
    joined = dict(merges)
    ids = [
        person.root().id if person else joined.get(of, of)
        for person, of in zip(links.persons, known, strict=True)
    ]
    unclear = {
        place for place, claim in enumerate(claims) if not claim.keys and batch[place].call.kind != "event"
    }
    gained |= {merge.customer_id for merge in merges}
    return Resolved(ids, countries, created, merges, unclear, gained)


def _gained(links: Links, before: Mapping[Key, Person], after: Mapping[Key, Person]) -> set[int]:
    """Who has one identifier more, and who has one less."""
    gained = [person for person, _key, _at in links.gained]
    moved = [owner for key in links.moved for owner in (before[key], after[key])]
    return {person.root().id for person in (*gained, *moved)}


def _restated(links: Links, owners: Mapping[Key, Person]) -> set[int]:
    """Of whom an address was said again, which may be the newest now."""
    return {owners[key].root().id for key, _at in links.restated}


FOLLOW = "SELECT old_id, customer_id FROM customers_mergedcustomer WHERE old_id = ANY(%s::bigint[])"


def _known(batch: Sequence[Received], links: Links) -> list[int]:
    """The customers of calls that name them by id (0 for others, and who is gone); locks all of the batch."""
    named = {one.call.customer_id for one in batch if one.call.customer_id}
    followed: dict[int, int] = {}
    if named:
        with connection.cursor() as cursor:
            cursor.execute(FOLLOW, [numbers(named)])
            followed = dict(cursor.fetchall())
    linked = {person.root().id for person in links.persons if person} | {person.id for person in links.merged}
    there = set(lock_customers((linked - {0}) | {followed.get(of, of) for of in named}))
    return [
        of if (of := followed.get(one.call.customer_id, one.call.customer_id)) in there else 0
        for one in batch
    ]


def _claim(call: Call, country: str) -> Claim:
    """The call's identifiers in one spelling each, from strong to weak."""
    said = call.identities
    if call.traits and (found := {kind: call.traits[kind] for kind in ADDRESSES if call.traits.get(kind)}):
        said = {**said, **found}
    keys: list[Key] = []
    for kind in LEVELS if len(said) > 1 else said:
        if value := said.get(kind):
            try:
                keys.append((kind, normal(kind, str(value), country)))
            except AddressError:
                continue  # noted in the customer's trait_errors
    joins = call.kind in JOINING
    previous = (
        [(kind, call.previous_id) for kind in ("anonymous_id", "external_id")] if call.previous_id else ()
    )
    assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
    return Claim(keys, call.occurred_at, joins, previous)


ADDRESSES = ("email", "phone")
JOINING = ("identify", "alias", "record")


# Counts on one_customer_per_identity (kind, value).
OWNERS = """
    SELECT identity.kind, identity.value, identity.customer_id
    FROM unnest(%s::text[], %s::text[]) AS asked(kind, value)
    JOIN customers_identity AS identity ON identity.kind = asked.kind AND identity.value = asked.value
"""


def _owners(keys: Iterable[Key]) -> dict[Key, Person]:
    kinds, values = _columns(keys)
    persons: dict[int, Person] = {}
    owners: dict[Key, Person] = {}
    with connection.cursor() as cursor:
        cursor.execute(OWNERS, [kinds, values])
        for kind, value, customer_id in cursor.fetchall():
            person = persons.get(customer_id)
            if person is None:
                person = persons[customer_id] = Person(customer_id)
            person.level = max(person.level, LEVELS[kind])
            owners[kind, value] = person
    return owners


KINDS = "SELECT customer_id, kind FROM customers_identity WHERE customer_id = ANY(%s::bigint[])"


def _learn_levels(claims: Iterable[Claim], owners: Mapping[Key, Person]) -> None:
    """How well persons are known, for those of whom a claim says anything new."""
    asked: dict[int, Person] = {}
    for claim in claims:
        found = {owners.get(key) for key in (*claim.keys, *claim.previous)}
        if len(found) > 1:
            asked |= {person.id: person for person in found if person}
    if asked:
        with connection.cursor() as cursor:
            cursor.execute(KINDS, [numbers(asked)])
            for customer_id, kind in cursor.fetchall():
                asked[customer_id].level = max(asked[customer_id].level, LEVELS[kind])


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


def _forget_barred(batch: Sequence[Received], links: Links) -> None:
    """Take an erased person's address out of calls that go to somebody else."""
    for one, barred in zip(batch, links.barred, strict=True):
        for kind, _ in barred:
            one.call.traits.pop(kind, None)


RESERVE = "SELECT nextval('customers_customer_id_seq') FROM generate_series(1, %s)"


def _number(links: Links, batch: Sequence[Received]) -> dict[int, datetime]:
    """Give an id to persons who have none; returns the ids with the moment each was first seen."""
    fresh: dict[Person, datetime] = {}
    for one, linked in zip(batch, links.persons, strict=True):
        person = linked.root() if linked else None
        if person is not None and not person.id:
            assert one.call.occurred_at is not None  # noqa: S101 - the inbox sets it
            fresh.setdefault(person, one.call.occurred_at)
    if not fresh:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(RESERVE, [len(fresh)])
        for person, (row_id,) in zip(fresh, cursor.fetchall(), strict=True):
            person.id = row_id
    return {person.id: at for person, at in fresh.items()}


IDENTIFY = "COPY customers_identity (customer_id, kind, value, created_at) FROM STDIN"
MOVE = """
    UPDATE customers_identity AS identity SET customer_id = new.customer_id, created_at = new.at
    FROM unnest(%s::text[], %s::text[], %s::bigint[], %s::timestamptz[]) AS new(kind, value, customer_id, at)
    WHERE identity.kind = new.kind AND identity.value = new.value AND identity.created_at <= new.at
"""
# An address that is said again becomes the newest, if there is a newer one of its kind.
RESTATE = """
    UPDATE customers_identity AS identity SET created_at = new.at
    FROM unnest(%s::text[], %s::text[], %s::timestamptz[]) AS new(kind, value, at)
    WHERE identity.kind = new.kind AND identity.value = new.value AND identity.created_at < new.at
      AND EXISTS (SELECT FROM customers_identity AS other
                  WHERE other.customer_id = identity.customer_id AND other.kind = identity.kind
                    AND other.id <> identity.id AND other.created_at >= identity.created_at)
"""


def _write(links: Links) -> None:
    if links.gained:
        copy_lines(
            IDENTIFY,
            (
                f"{person.root().id}\t{kind}\t{escaped(value)}\t{at.isoformat()}\n"
                for person, (kind, value), at in links.gained
            ),
        )
    with connection.cursor() as cursor:
        if links.moved:
            kinds, values = _columns(links.moved)
            persons = numbers(person.root().id for person, _ in links.moved.values())
            cursor.execute(MOVE, [kinds, values, persons, moments(at for _, at in links.moved.values())])
        if links.restated:
            last = dict(sorted(links.restated, key=lambda said: said[1]))
            kinds, values = _columns(last)
            cursor.execute(RESTATE, [kinds, values, moments(last.values())])


def _columns(keys: Iterable[Key]) -> tuple[str, str]:
    pairs = list(keys)
    return texts(kind for kind, _ in pairs), texts(value for _, value in pairs)
