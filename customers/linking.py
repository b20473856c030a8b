"""Whose call is it? Decides for a batch of calls, in order, from what is known of their identifiers. Pure.

How well a person is known is their *level*: 3 by the brand's own customer number, 2 by e-mail or phone, 1
by a device alone. A call's own level is that of its strongest identifier. The rules, from which all else
follows:

- A call belongs to the owner of its strongest identifier that is known; a weaker identifier leads only to
a person
  who is known less well than the call, so a number that is new never lands on somebody who has another one.
- Identifiers that nobody has go to the person of the call. A push token goes to whoever used the device last.
- `identify` and `alias` join: a person known by a device only is merged into the call's; a person known by
e-mail or
  phone only when the brand's own number is in the same call. Two customer numbers are never joined.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

LEVELS = {"external_id": 3, "email": 2, "phone": 2, "anonymous_id": 1, "push_token": 1}
NUMBERED, REACHABLE, DEVICE = 3, 2, 1

Key = tuple[str, str]


class Person:
    """Somebody, while a batch is linked: a customer's row (`id`), or one that is to be made (0)."""

    __slots__ = ("id", "into", "level")

    def __init__(self, id: int = 0, level: int = 0) -> None:  # noqa: A002 - it is the row's id
        self.id = id
        self.level = level
        self.into: Person | None = None

    def root(self) -> "Person":
        """Who this person is by now, after merges."""
        person = self
        while person.into is not None:
            person = person.into
        return person


class Claim(NamedTuple):
    """What one call says about who it is: its identifiers from strong to weak, and when it said so."""

    keys: Sequence[Key]
    at: datetime
    joins: bool
    previous: Sequence[Key] = ()


@dataclass
class Links:
    """What was decided: whose each claim is (None: nobody's, or an erased person's), and what changes."""

    persons: list[Person | None] = field(default_factory=list)
    barred: list[list[Key]] = field(default_factory=list)
    gained: list[tuple[Person, Key, datetime]] = field(default_factory=list)
    moved: dict[Key, tuple[Person, datetime]] = field(default_factory=dict)
    restated: list[tuple[Key, datetime]] = field(default_factory=list)
    merged: list[Person] = field(default_factory=list)


def link(claims: Iterable[Claim], owners: dict[Key, Person], tombstones: set[Key]) -> Links:
    """Decide for each claim in turn; `owners` is brought up to date with what each claim adds."""
    links = Links()
    for claim in claims:
        keys, barred = claim.keys, []
        if tombstones:
            barred = [key for key in keys if key in tombstones]
            keys = [key for key in keys if key not in tombstones]
        links.barred.append(barred)
        if not keys or (barred and not any(key in owners for key in keys)):
            links.persons.append(None)
        else:
            links.persons.append(_linked(claim._replace(keys=keys), owners, links))
    return links


def _linked(claim: Claim, owners: dict[Key, Person], links: Links) -> Person:
    person = owner_of(claim, owners) or Person()
    for key in claim.keys:
        owner = owners.get(key)
        if owner is None:
            _gain(person, key, claim.at, owners, links)
        elif owner.root() is person:
            if claim.joins and key[0] != "external_id":
                links.restated.append((key, claim.at))
        elif key[0] == "push_token":
            owners[key] = person
            links.moved[key] = (person, claim.at)
        elif claim.joins:
            _join(owner.root(), person, key, claim, links)
    for key in claim.previous:
        owner = owners.get(key)
        if owner is not None and owner.root() is not person and owner.root().level < NUMBERED:
            _merge(owner.root(), person, links)
        elif owner is None and key[0] == "anonymous_id" and not any(k in owners for k in claim.previous):
            _gain(person, key, claim.at, owners, links)
    return person.root()


def owner_of(claim: Claim, owners: dict[Key, Person]) -> Person | None:
    """The person whom the claim is about, if there is one yet."""
    level = LEVELS[claim.keys[0][0]]
    for key in (*claim.keys, *claim.previous):
        if (owner := owners.get(key)) is not None:
            owner = owner.root()
            is_direct = LEVELS[key[0]] == level and key not in claim.previous
            if is_direct or owner.level < level:
                return owner
    return None


def _gain(person: Person, key: Key, at: datetime, owners: dict[Key, Person], links: Links) -> None:
    owners[key] = person
    person.level = max(person.level, LEVELS[key[0]])
    links.gained.append((person, key, at))


def _join(other: Person, person: Person, key: Key, claim: Claim, links: Links) -> None:
    """Merge `other` into `person` where the rules allow it."""
    by_number = claim.keys[0][0] == "external_id" and LEVELS[key[0]] == REACHABLE
    if other.level == DEVICE or (other.level == REACHABLE and by_number):
        _merge(other, person, links)


def _merge(other: Person, person: Person, links: Links) -> None:
    person.level = max(person.level, other.level)
    other.into = person
    if other.id and not person.id:  # the new one takes over the row that is there
        person.id, other.id = other.id, 0
    elif other.id:
        links.merged.append(other)
