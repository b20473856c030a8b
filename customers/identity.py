"""Which customer a call is about: reads what is known, lets `linking` decide, writes it.

Identities are written under the events' lock only, so what is read here stays true until the commit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from customers.claims import claim_of
from customers.copying import NULL, copy_lines, escaped, moments, numbers
from customers.countries import countries_of
from customers.identifiers import BEYOND, load_identifiers
from customers.linking import Claim, Gain, Join, Key, Known, Links, Person, link
from customers.locks import lock_customers
from customers.merge import Cause, Merge, merge_customers
from customers.models import News
from customers.news import tell
from customers.owners import columns, owners_of, what_is_known
from customers.tracking.calls import Call

__all__ = ["Merge", "Received", "Resolved", "resolve"]


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
    seen. `gained`: who has one more identifier, or one less, or was joined with somebody. `refused`: by
    place, the kinds of identifiers that were not taken, and why. `origins`: by place, as whose a call came
    who was merged since.
    """

    customer_ids: list[int]
    countries: list[str]
    created: dict[int, datetime]
    merged: list[Merge]
    unclear: set[int]
    gained: set[int]
    refused: dict[int, dict[str, str]]
    origins: dict[int, int]


class Linked(NamedTuple):
    """What `linking` decided about a batch, and of what it read; nothing is written yet.

    `origins`: as whose an identifier came to who has it now, where that was another customer.
    """

    countries: list[str]
    claims: list[Claim]
    before: dict[Key, Person]
    known: Known
    links: Links
    origins: dict[Key, int]
    refused: dict[int, dict[str, str]]


def linked(batch: Sequence[Received]) -> Linked:
    """Decide whose each call is, by all that is known now."""
    countries = countries_of([one.call for one in batch])
    rules = load_identifiers()
    refused: dict[int, dict[str, str]] = {}
    claims = []
    for place, (one, country) in enumerate(zip(batch, countries, strict=True)):
        claim, faults = claim_of(one.call, country, rules)
        claims.append(claim)
        if faults:
            refused[place] = faults
    told = [claim for claim in claims if claim.keys]
    owners, origins = owners_of({key for claim in told for key in (*claim.keys, *claim.previous)})
    known = what_is_known(told, owners, rules)
    before = dict(owners)
    links = link(claims, known)
    for place, key in links.beyond:
        refused.setdefault(place, {})[key[0]] = BEYOND
    return Linked(countries, claims, before, known, links, origins, refused)


def resolve(batch: Sequence[Received], now: datetime) -> Resolved:
    """Find the customer of each call, in order, or a number for one who is new, and join who is one person.

    Leaves the customers locked.
    """
    countries, claims, before, known, links, origins, refused = linked(batch)
    _forget_barred(batch, links)
    named = _named(batch, links)
    created = _number(links, batch)
    came_as = _came_as(links, origins)
    _write(links, came_as)
    gained = _gained(links, before, known.owners)
    tell((gained | _restated(links, known.owners)) - created.keys(), News.What.REACH)
    merges = [Merge(join.person.id, join.person.root().id) for join in links.merged]
    merge_customers(merges, now, [_cause(batch, join) for join in links.merged])
    joined = dict(merges)
    for place, (of, origin) in enumerate(named):
        if of and (origin or of in joined):
            came_as[place] = origin or of
    ids = [
        found.person.root().id if found else joined.get(of, of)
        for found, (of, _origin) in zip(links.found, named, strict=True)
    ]
    unclear = {
        place for place, claim in enumerate(claims) if not claim.keys and batch[place].call.kind != "event"
    }
    gained |= {merge.customer_id for merge in merges}
    return Resolved(ids, countries, created, merges, unclear, gained, refused, came_as)


def _came_as(links: Links, origins: dict[Key, int]) -> dict[int, int]:
    """By place, as whom each call came whose identifier belonged to another customer before a merge.

    What such a call brings along belongs to that one too.
    """
    came: dict[int, int] = {}
    if not (origins or links.merged):
        return came
    gained: dict[int, list[Key]] = {}
    for gain in links.gained:
        gained.setdefault(gain.place, []).append(gain.key)
    for place, found in enumerate(links.found):
        if found is None or found.key is None:
            continue
        origin = origins.get(found.key)
        if origin is None and found.person.id and found.person.id != found.person.root().id:
            origin = found.person.id
        if origin is not None:
            came[place] = origin
            origins |= dict.fromkeys(gained.get(place, ()), origin)
    return came


def _cause(batch: Sequence[Received], join: Join) -> Cause:
    one = batch[join.place]
    return Cause(source_id=one.source_id, message_id=one.message_id, kind=join.key[0], value=join.key[1])


def _gained(links: Links, before: Mapping[Key, Person], after: Mapping[Key, Person]) -> set[int]:
    """Who has one identifier more, and who has one less."""
    gained = [gain.person for gain in links.gained]
    moved = [owner for key in links.moved for owner in (before[key], after[key])]
    return {person.root().id for person in (*gained, *moved)}


def _restated(links: Links, owners: Mapping[Key, Person]) -> set[int]:
    """Of whom an address was said again, which may be the newest now."""
    return {owners[key].root().id for key, _at in links.restated}


FOLLOW = "SELECT old_id, customer_id FROM customers_mergedcustomer WHERE old_id = ANY(%s::bigint[])"


def _named(batch: Sequence[Received], links: Links) -> list[tuple[int, int]]:
    """The customers of calls that name them by id (0 for others, and who is gone); locks all of the batch.

    Each with the id that the call named, where that one was merged.
    """
    named = {one.call.customer_id for one in batch if one.call.customer_id}
    followed: dict[int, int] = {}
    if named:
        with connection.cursor() as cursor:
            cursor.execute(FOLLOW, [numbers(named)])
            followed = dict(cursor.fetchall())
    linked = {found.person.root().id for found in links.found if found}
    linked |= {join.person.id for join in links.merged}
    if not named:
        lock_customers(linked - {0})
        return [(0, 0)] * len(batch)
    there = set(lock_customers((linked - {0}) | {followed.get(of, of) for of in named}))
    return [
        (of if of in there else 0, one.call.customer_id if of != one.call.customer_id else 0)
        for one in batch
        for of in [followed.get(one.call.customer_id, one.call.customer_id)]
    ]


def _forget_barred(batch: Sequence[Received], links: Links) -> None:
    """Take an erased person's address out of calls that go to somebody else."""
    for one, barred in zip(batch, links.barred, strict=True):
        for kind, _value in barred:
            one.call.traits.pop(kind, None)


RESERVE = "SELECT nextval('customers_customer_id_seq') FROM generate_series(1, %s)"


def _number(links: Links, batch: Sequence[Received]) -> dict[int, datetime]:
    """Give an id to persons who have none; returns the ids with the moment each was first seen."""
    fresh: dict[Person, datetime] = {}
    for one, found in zip(batch, links.found, strict=True):
        person = found.person.root() if found else None
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


IDENTIFY = "COPY customers_identity (customer_id, kind, value, created_at, origin_id) FROM STDIN"
MOVE = """
    UPDATE customers_identity AS identity
    SET customer_id = new.customer_id, created_at = new.at, origin_id = NULL
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


def _write(links: Links, came_as: Mapping[int, int]) -> None:
    copy_lines(IDENTIFY, (_line(gain, came_as.get(gain.place)) for gain in links.gained))
    with connection.cursor() as cursor:
        if links.moved:
            kinds, values = columns(links.moved)
            persons = numbers(person.root().id for person, _at in links.moved.values())
            cursor.execute(
                MOVE, [kinds, values, persons, moments(at for _person, at in links.moved.values())]
            )
        if links.restated:
            last = dict(sorted(links.restated, key=lambda said: said[1]))
            kinds, values = columns(last)
            cursor.execute(RESTATE, [kinds, values, moments(last.values())])


def _line(gain: Gain, origin_id: int | None) -> str:
    kind, value = gain.key
    row = f"{gain.person.root().id}\t{kind}\t{escaped(value)}\t{gain.at.isoformat()}"
    return f"{row}\t{origin_id or NULL}\n"
