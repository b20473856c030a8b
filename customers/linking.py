"""Whose call is it? Decides for a batch of calls, in order, from what is known of their identifiers. Pure.

How well a person is known is their *level*: 3 by the brand's own customer number, 2 by e-mail, phone or
loyalty card, 1 by devices and cookies alone. The rules, from which all else follows:

- A call belongs to the owner of its strongest identifier that is known. A weak one (of level 1) leads only to
  a person who is known by weak ones alone, unless the call has nothing stronger. A number that is new never
  lands on somebody who has another one.
- Identifiers that nobody has go to the person of the call. A push token goes to whoever used the device last.
- Whom one call names is one person: two who are named by strong identifiers are merged, unless both have a
  number; a weak identifier merges those only who are known by nothing else. `alias` merges whoever had the
  previous id, unless that person has a number.
- Nobody is merged beyond the limits of a kind of identifier, and none whom a person has taken apart.

So the persons are the same whatever order calls arrive in, as long as no device is shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

LEVELS = {
    "external_id": 3,
    "email": 2,
    "phone": 2,
    "loyalty_card": 2,
    "anonymous_id": 1,
    "push_token": 1,
    "device": 1,
    "cookie": 1,
}
NUMBERED, REACHABLE, DEVICE = 3, 2, 1

Key = tuple[str, str]


NONE: dict[str, int] = {}  # never changed: a person of whom nothing is counted costs no dict


class Person:
    """Somebody, while a batch is linked: a customer's row (`id`), or one that is to be made (0).

    `counts`: how many identifiers of a kind there are, of the kinds that have a limit.
    """

    __slots__ = ("counts", "id", "into", "level")

    def __init__(self, id: int = 0, level: int = 0) -> None:  # noqa: A002 - it is the row's id
        self.id = id
        self.level = level
        self.into: Person | None = None
        self.counts: dict[str, int] = NONE

    def root(self) -> "Person":
        """Who this person is by now, after merges."""
        person = self
        while person.into is not None:
            person = person.into
        return person


class Claim(NamedTuple):
    """What one call says about who it is: its identifiers from strong to weak, and when it said so.

    `restates`: an address that is known becomes the newest by it.
    """

    keys: Sequence[Key]
    at: datetime
    restates: bool
    previous: Sequence[Key] = ()


class Found(NamedTuple):
    """By which identifier a call was led to whom (as they were then); no key: to somebody new."""

    key: Key | None
    person: Person


class Gain(NamedTuple):
    """A new identifier of a person, and the claim (its place) that brought it."""

    person: Person
    key: Key
    at: datetime
    place: int


class Join(NamedTuple):
    """A customer who turned out to be another (its `root`), by the identifier of a claim (its place)."""

    person: Person
    key: Key
    place: int


@dataclass
class Known:
    """What is known of the identifiers of a batch. `owners` is brought up to date with what claims add.

    `limits`: how many of a kind a customer may have; `apart`: pairs of customers' ids that are never merged.
    """

    owners: dict[Key, Person]
    tombstones: AbstractSet[Key] = frozenset()
    limits: Mapping[str, int] = field(default_factory=dict)
    apart: AbstractSet[frozenset[int]] = frozenset()


@dataclass
class Links:
    """What was decided: whose each claim is (None: nobody's, or an erased person's), and what changes.

    `beyond`: identifiers that were left out, for the person has as many of the kind as may be.
    """

    found: list[Found | None] = field(default_factory=list)
    barred: list[list[Key]] = field(default_factory=list)
    gained: list[Gain] = field(default_factory=list)
    moved: dict[Key, tuple[Person, datetime]] = field(default_factory=dict)
    restated: list[tuple[Key, datetime]] = field(default_factory=list)
    merged: list[Join] = field(default_factory=list)
    beyond: list[tuple[int, Key]] = field(default_factory=list)


def link(claims: Iterable[Claim], known: Known) -> Links:
    """Decide for each claim in turn."""
    links = Links()
    for claim in claims:
        keys, barred = claim.keys, []
        if known.tombstones:
            barred = [key for key in keys if key in known.tombstones]
            keys = [key for key in keys if key not in known.tombstones]
        links.barred.append(barred)
        if not keys or (barred and not any(key in known.owners for key in keys)):
            links.found.append(None)
        else:
            links.found.append(_linked(claim._replace(keys=keys), known, links))
    return links


def _linked(claim: Claim, known: Known, links: Links) -> Found:
    found = owner_of(claim, known.owners) or Found(None, Person())
    person = found.person
    for key in claim.keys:
        owner = known.owners.get(key)
        if owner is None:
            _gain(person, key, claim.at, known, links)
        elif owner.root() is person:
            if claim.restates and key[0] != "external_id":
                links.restated.append((key, claim.at))
        elif key[0] == "push_token":
            known.owners[key] = person
            links.moved[key] = (person, claim.at)
        elif LEVELS[key[0]] > DEVICE or owner.root().level <= DEVICE:
            person = _merge(owner.root(), person, key, known, links)
    if claim.previous:
        _join_previous(person, claim, known, links)
    return found


def _join_previous(person: Person, claim: Claim, known: Known, links: Links) -> None:
    """The id that an alias says the person had before: whoever had it is the same, or it is the person's."""
    has_owner = any(key in known.owners for key in claim.previous)
    for key in claim.previous:
        owner = known.owners.get(key)
        if owner is not None and owner.root() is not person and owner.root().level < NUMBERED:
            person = _merge(owner.root(), person, key, known, links)
        elif owner is None and key[0] == "anonymous_id" and not has_owner:
            _gain(person, key, claim.at, known, links)


def owner_of(claim: Claim, owners: Mapping[Key, Person]) -> Found | None:
    """The person whom the claim is about, if there is one yet."""
    strongest = claim.keys[0]
    level = LEVELS[strongest[0]]
    for key in claim.keys:
        owner = owners.get(key)
        if owner is not None and (key == strongest or _leads(key, owner.root(), level)):
            return Found(key, owner.root())
    for key in claim.previous:
        owner = owners.get(key)
        if owner is not None and owner.root().level < level:
            return Found(key, owner.root())
    return None


def _leads(key: Key, person: Person, level: int) -> bool:
    """Whether an identifier that is not the call's strongest leads to its owner."""
    if LEVELS[key[0]] <= DEVICE:
        return person.level <= DEVICE
    return person.level < NUMBERED or level < NUMBERED


def _gain(person: Person, key: Key, at: datetime, known: Known, links: Links) -> None:
    kind = key[0]
    if (most := known.limits.get(kind)) is not None:
        if person.counts.get(kind, 0) >= most:
            links.beyond.append((len(links.found), key))
            return
        person.counts = {**person.counts, kind: person.counts.get(kind, 0) + 1}
    known.owners[key] = person
    person.level = max(person.level, LEVELS[kind])
    links.gained.append(Gain(person, key, at, len(links.found)))


def _merge(one: Person, other: Person, key: Key, known: Known, links: Links) -> Person:
    """Merge two persons where the rules allow it; returns whom the call is about then.

    Who is known better stays, else whom the call was about already (`other`).
    """
    if not _may_merge(one, other, known):
        return other
    gone, kept = (other, one) if one.level > other.level else (one, other)
    kept.level = max(kept.level, gone.level)
    if gone.counts:
        kinds = {*gone.counts, *kept.counts}
        kept.counts = {kind: gone.counts.get(kind, 0) + kept.counts.get(kind, 0) for kind in kinds}
    gone.into = kept
    if gone.id and not kept.id:  # the new one takes over the row that is there
        kept.id, gone.id = gone.id, 0
    elif gone.id:
        links.merged.append(Join(gone, key, len(links.found)))
    return kept


def _may_merge(one: Person, other: Person, known: Known) -> bool:
    if one.level == other.level == NUMBERED:
        return False
    if known.apart and frozenset((one.id, other.id)) in known.apart:
        return False
    return all(
        one.counts.get(kind, 0) + other.counts.get(kind, 0) <= most for kind, most in known.limits.items()
    )
