"""The golden record: each trait's last word by when it was said, whatever the order it arrives in.

Pure; `records` reads and saves.

Beside each trait its time is kept (`trait_times`, microseconds since 1970), also of one that was unset, and
its source. Of two values of the same moment the greater in JSON's spelling wins, so that any order of arrival
ends in the same record. Which of several values stays may be said otherwise for a trait (`survivorship`).
"""

from collections import Counter
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any
from zoneinfo import available_timezones

import msgspec

from customers.addresses import AddressError, normal
from customers.survivorship import Heard, Rules, Said, hear, most_frequent
from customers.tracking.calls import Call, ticks

RENAMED = {"firstName": "first_name", "lastName": "last_name", "createdAt": "created_at"}
MOST_TRAITS = 300
LONGEST_NAME = 100
# The record's own columns: the traits that set them, and how a context's hint is timed beside them.
HINT = "~"
MOST = "$"  # the source of all traits of which none is said
COLUMNS = ("language", "country", "time_zone")

NOBODY = Said()


class Note(msgspec.Struct, omit_defaults=True):
    """Of a trait: as which customer's its value came, who was merged since; how often each value was said."""

    origin: int = 0
    heard: Heard = {}


class Profile(msgspec.Struct):
    """What is known of one person, as it is being brought up to date."""

    traits: dict[str, Any] = {}
    trait_times: dict[str, int] = {}
    trait_errors: dict[str, str] = {}
    trait_sources: dict[str, int] = {}
    trait_notes: dict[str, Note] = {}
    language: str = ""
    country: str = ""
    time_zone: str = ""

    def learn(self, call: Call, country: str, by: Said = NOBODY) -> set[str]:
        """Take in what a call says about the person; returns the traits and the columns that changed."""
        assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
        at = ticks(call.occurred_at)
        before = [getattr(self, column) for column in COLUMNS]
        changed = {
            name
            for said, value in call.traits.items()
            if self._set(name := RENAMED.get(said, said), value, at, country, by)
        }
        for column, value in stated(call.traits).items():
            self._set_column(column, column, value, at, by.origin_id)
        for column in COLUMNS:
            hint = CLEAN[column](getattr(call, column))
            if hint and f"${column}" not in self.trait_times:
                self._set_column(column, column + HINT, hint, at, by.origin_id)
        return changed | {
            column for column, was in zip(COLUMNS, before, strict=True) if getattr(self, column) != was
        }

    def absorb(
        self,
        other: "Profile",
        origin_id: int = 0,
        rules: Rules = NOBODY.rules,
        counted: Callable[[int, int], int] = int.__add__,
    ) -> None:
        """Take in the record of a person who turned out to be the same, whose id was `origin_id`.

        `counted`: how often a value was said, by what each of the two records says.
        """
        for name, at in other.trait_times.items():
            if name.startswith("$"):
                continue
            by = Said(other.source_of(name), other.origin_of(name) or origin_id, rules)
            value = other.traits.get(name)
            if rules.is_counted(name):
                self._absorb_counted(name, other, by, counted)
            elif self._wins(name, value, at, by):
                self._write(name, value, at, other.trait_errors.get(name, ""), by)
        for column in COLUMNS:
            self._absorb_column(column, other, origin_id)

    def source_of(self, name: str) -> int:
        """The source of the value; 0: none that is known."""
        return self.trait_sources.get(name, self.trait_sources.get(MOST, 0))

    def origin_of(self, name: str) -> int:
        """As which customer's the value came, who was merged since; 0: as their own."""
        note = self.trait_notes.get(name) if self.trait_notes else None
        return note.origin if note else 0

    def part(self, origins: AbstractSet[int]) -> "Profile":
        """What of the record came as one of these customers'; 0 stands for the customer's own."""
        names = [name for name in self.trait_times if self.origin_of(name) in origins]
        part = Profile(trait_times={name: self.trait_times[name] for name in names})
        for own, kept in ((part.traits, self.traits), (part.trait_errors, self.trait_errors)):
            own.update({name: kept[name] for name in names if name in kept})
        part.trait_sources = {name: self.source_of(name) for name in names if not name.startswith("$")}
        part.trait_notes = {name: self.trait_notes[name] for name in names if name in self.trait_notes}
        for column in COLUMNS:
            if f"${column}" in part.trait_times or f"${column}{HINT}" in part.trait_times:
                setattr(part, column, getattr(self, column))
        return part

    def own(self, customer_id: int) -> None:
        """What came as this customer's is the customer's own from now on."""
        for name, note in list(self.trait_notes.items()):
            if note.origin == customer_id:
                self._note(name, 0)

    def _absorb_counted(
        self, name: str, other: "Profile", by: Said, counted: Callable[[int, int], int]
    ) -> None:
        note = self._heard_of(name)
        for spelled, (many, at) in other._heard_of(name).heard.items():  # noqa: SLF001 - of this class
            known = note.heard.get(spelled, [0, 0])[0]
            hear(note.heard, msgspec.json.decode(spelled), at, counted(known, many) - known)
        value, last = most_frequent(note.heard)
        whose = other
        if name in self.trait_times and value == self.traits.get(name):
            whose, by = self, Said(self.source_of(name), note.origin, by.rules)
        self._write(name, value, last, whose.trait_errors.get(name, ""), by)

    def _heard_of(self, name: str) -> Note:
        """How often each value was said, beginning with the one that stands there."""
        note = self.trait_notes.setdefault(name, Note())
        if not note.heard and name in self.trait_times:
            hear(note.heard, self.traits.get(name), self.trait_times[name])
        return note

    def _absorb_column(self, column: str, other: "Profile", origin_id: int) -> None:
        value = getattr(other, column)
        for key in (column, column + HINT):
            at = other.trait_times.get(f"${key}")
            if at is not None and (key == column or f"${column}" not in self.trait_times):
                self._set_column(column, key, value, at, other.origin_of(f"${key}") or origin_id)
                return

    def _set(self, name: str, value: Any, at: int, country: str, by: Said) -> bool:
        known = self.trait_times.get(name)
        if known is None:
            if len(name) > LONGEST_NAME or name.startswith("$"):
                return False
            if len(self.trait_times) >= MOST_TRAITS:
                self.trait_errors["*"] = f"More than {MOST_TRAITS} traits; {name} was left out."
                return False
        value, error = checked(name, value, country)
        if by.rules.ways and by.rules.is_counted(name):
            return self._count(name, value, at, error, by)
        if known is not None and not self._wins(name, value, at, by):
            return False
        before = self.traits.get(name)
        self._write(name, value, at, error, by)
        return bool(before != value or type(before) is not type(value))

    def _count(self, name: str, value: Any, at: int, error: str, by: Said) -> bool:
        """Count the value; it is written where it is the most frequent now."""
        note = self._heard_of(name)
        hear(note.heard, value, at)
        most, last = most_frequent(note.heard)
        if most != value or type(most) is not type(value):
            return False
        before = self.traits.get(name)
        self._write(name, value, last, error, by)
        return bool(before != value or type(before) is not type(value))

    def _wins(self, name: str, value: Any, at: int, by: Said) -> bool:
        known = self.trait_times.get(name)
        if known is None or by.rules.is_counted(name):
            return True
        if at != known and name not in by.rules.ways:
            return at > known
        was = by.rules.rank(name, self.traits.get(name), known, self.source_of(name))
        return by.rules.rank(name, value, at, by.source_id) > was

    def _write(self, name: str, value: Any, at: int, error: str, by: Said) -> None:
        if self.trait_sources.get(MOST, 0) != by.source_id:
            self._set_source(name, by.source_id)
        elif self.trait_sources:
            self.trait_sources.pop(name, None)
        self.trait_times[name] = at
        if value is None:
            self.traits.pop(name, None)
        else:
            self.traits[name] = value
        if error:
            self.trait_errors[name] = error
        elif self.trait_errors:
            self.trait_errors.pop(name, None)
        if by.origin_id or self.trait_notes:
            self._note(name, by.origin_id)

    def _set_source(self, name: str, source_id: int) -> None:
        """Another source than that of most traits; of the first trait it is that of most."""
        is_first = not self.trait_sources and all(known.startswith("$") for known in self.trait_times)
        self.trait_sources[MOST if is_first else name] = source_id

    def settled_sources(self) -> dict[str, int]:
        """The sources in the one way in which they are kept: that of most traits once, the others by name."""
        if len(self.trait_sources) <= (MOST in self.trait_sources):
            return self.trait_sources
        named = {name: self.source_of(name) for name in self.trait_times if not name.startswith("$")}
        counted = Counter(named.values())
        most = max(counted, key=lambda source_id: (counted[source_id], -source_id), default=0)
        rest = {name: source_id for name, source_id in sorted(named.items()) if source_id != most}
        return rest | ({MOST: most} if most else {})

    def _note(self, name: str, origin_id: int) -> None:
        note = self.trait_notes.setdefault(name, Note())
        note.origin = origin_id
        if not (origin_id or note.heard):
            del self.trait_notes[name]

    def _set_column(self, column: str, key: str, value: str, at: int, origin_id: int) -> None:
        key = f"${key}"
        known = self.trait_times.get(key)
        if known is None or (at, value) > (known, getattr(self, column)):
            self.trait_times[key] = at
            setattr(self, column, value)
            if origin_id or self.trait_notes:
                self._note(key, origin_id)
            if not key.endswith(HINT):  # what is stated outranks every hint, whenever it comes
                self.trait_times.pop(key + HINT, None)
                self.trait_notes.pop(key + HINT, None)


def checked(name: str, value: Any, country: str) -> tuple[Any, str]:
    """A trait's value as it is kept, and what is wrong with it.

    A bad address is kept as it came, and leads nowhere.
    """
    if name not in {"email", "phone"} or value is None:
        return value, ""
    if not isinstance(value, str):
        return value, "An address is a text."
    try:
        return normal(name, value, country), ""
    except AddressError as error:
        return value, str(error)


def stated(traits: Mapping[str, Any]) -> dict[str, str]:
    """Language, country and time zone where traits state them in a form that is known."""
    address = traits.get("address")
    said = {
        "language": traits.get("language") or traits.get("locale"),
        "country": traits.get("country") or (address.get("country") if isinstance(address, dict) else None),
        "time_zone": traits.get("time_zone") or traits.get("timezone"),
    }
    return {
        column: clean
        for column, value in said.items()
        if isinstance(value, str) and (clean := CLEAN[column](value))
    }


def language_of(text: str) -> str:
    """`it-IT` and `it_IT` as `it`; nothing where it is no language."""
    primary = text.replace("_", "-").partition("-")[0].lower()
    return primary if primary.isascii() and primary.isalpha() and len(primary) in {2, 3} else ""


def country_of(text: str) -> str:
    """An ISO 3166 code of two letters; nothing where it is none."""
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else ""  # noqa: PLR2004


ZONES = available_timezones()


def time_zone_of(text: str) -> str:
    """An IANA zone; nothing where there is none of that name."""
    return text if text in ZONES else ""


CLEAN = {"language": language_of, "country": country_of, "time_zone": time_zone_of}
