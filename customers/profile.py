"""The golden record: each trait's last word by when it was said, whatever the order it arrives in.

Pure, but for the reading and saving at the end.

Beside each trait its time is kept (`trait_times`, microseconds since 1970), also of one that was unset. Of
two values of the same moment the greater in JSON's spelling wins, so that any order of arrival ends in the
same record.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

import msgspec
from django.db import connection

from customers.addresses import AddressError, normal
from customers.copying import copy_lines, escaped, numbers, texts
from customers.tracking.calls import Call, ticks

RENAMED = {"firstName": "first_name", "lastName": "last_name", "createdAt": "created_at"}
MOST_TRAITS = 300
LONGEST_NAME = 100
# The record's own columns: the traits that set them, and how a context's hint is timed beside them.
HINT = "~"
COLUMNS = ("language", "country", "time_zone")

_encode = msgspec.json.Encoder(order="deterministic").encode


class Profile(msgspec.Struct):
    """What is known of one person, as it is being brought up to date."""

    traits: dict[str, Any] = {}
    trait_times: dict[str, int] = {}
    trait_errors: dict[str, str] = {}
    language: str = ""
    country: str = ""
    time_zone: str = ""

    def learn(self, call: Call, country: str) -> set[str]:
        """Take in what a call says about the person; returns the traits and the columns that changed."""
        assert call.occurred_at is not None  # noqa: S101 - the inbox sets it
        at = ticks(call.occurred_at)
        before = [getattr(self, column) for column in COLUMNS]
        changed = {
            name
            for said, value in call.traits.items()
            if self._set(name := RENAMED.get(said, said), value, at, country)
        }
        for column, value in stated(call.traits).items():
            self._set_column(column, column, value, at)
        for column in COLUMNS:
            hint = CLEAN[column](getattr(call, column))
            if hint and f"${column}" not in self.trait_times:
                self._set_column(column, column + HINT, hint, at)
        return changed | {
            column for column, was in zip(COLUMNS, before, strict=True) if getattr(self, column) != was
        }

    def absorb(self, other: "Profile") -> None:
        """Take in the record of a person who turned out to be the same."""
        for name, at in other.trait_times.items():
            if not name.startswith("$") and self._wins(name, other.traits.get(name), at):
                self._write(name, other.traits.get(name), at, other.trait_errors.get(name, ""))
        for column in COLUMNS:
            self._absorb_column(column, other)

    def _absorb_column(self, column: str, other: "Profile") -> None:
        value = getattr(other, column)
        if (at := other.trait_times.get(f"${column}")) is not None:
            self._set_column(column, column, value, at)
        elif (at := other.trait_times.get(f"${column}{HINT}")) and f"${column}" not in self.trait_times:
            self._set_column(column, column + HINT, value, at)

    def _set(self, name: str, value: Any, at: int, country: str) -> bool:
        known = self.trait_times.get(name)
        if known is None:
            if len(name) > LONGEST_NAME or name.startswith("$"):
                return False
            if len(self.trait_times) >= MOST_TRAITS:
                self.trait_errors["*"] = f"More than {MOST_TRAITS} traits; {name} was left out."
                return False
        value, error = checked(name, value, country)
        if known is not None and not self._wins(name, value, at):
            return False
        before = self.traits.get(name)
        self._write(name, value, at, error)
        return bool(before != value or type(before) is not type(value))

    def _wins(self, name: str, value: Any, at: int) -> bool:
        known = self.trait_times.get(name)
        if known is None or at != known:
            return known is None or at > known
        return _encode(value) > _encode(self.traits.get(name))

    def _write(self, name: str, value: Any, at: int, error: str) -> None:
        self.trait_times[name] = at
        if value is None:
            self.traits.pop(name, None)
        else:
            self.traits[name] = value
        if error:
            self.trait_errors[name] = error
        elif self.trait_errors:
            self.trait_errors.pop(name, None)

    def _set_column(self, column: str, key: str, value: str, at: int) -> None:
        key = f"${key}"
        known = self.trait_times.get(key)
        if known is None or (at, value) > (known, getattr(self, column)):
            self.trait_times[key] = at
            setattr(self, column, value)
            if not key.endswith(HINT):  # what is stated outranks every hint, whenever it comes
                self.trait_times.pop(key + HINT, None)


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

LOAD = """
    SELECT id, jsonb_build_array(traits, trait_times, trait_errors, language, country, time_zone)::text
    FROM customers_customer WHERE id = ANY(%s::bigint[])
"""


def load_profiles(customer_ids: Iterable[int]) -> dict[int, Profile]:
    """The records of customers."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [numbers(customer_ids)])
        return {row_id: Profile(*msgspec.json.decode(text)) for row_id, text in cursor.fetchall()}


SAVE = """
    UPDATE customers_customer AS customer
    SET traits = new.traits, trait_times = new.trait_times, trait_errors = new.trait_errors,
        language = new.language, country = new.country, time_zone = new.time_zone
    FROM unnest(%s::bigint[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::text[], %s::text[], %s::text[])
        AS new(id, traits, trait_times, trait_errors, language, country, time_zone)
    WHERE customer.id = new.id
"""


def save_profiles(profiles: Mapping[int, Profile]) -> None:
    """Write records back; the caller holds their customers' locks."""
    if not profiles:
        return
    kept = profiles.values()
    with connection.cursor() as cursor:
        cursor.execute(
            SAVE,
            [
                numbers(profiles),
                texts(text_of(profile.traits) for profile in kept),
                texts(text_of(profile.trait_times) for profile in kept),
                texts(text_of(profile.trait_errors) for profile in kept),
                texts(profile.language for profile in kept),
                texts(profile.country for profile in kept),
                texts(profile.time_zone for profile in kept),
            ],
        )


CREATE = """
    COPY customers_customer (id, first_seen_at, last_seen_at, traits, trait_times, trait_errors, language,
        country, time_zone) FROM STDIN
"""


def create_profiles(profiles: Mapping[int, Profile], seen: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Write the records of new customers, each with when it was first and last seen."""
    if profiles:
        copy_lines(CREATE, (_line(of, profile, *seen[of]) for of, profile in profiles.items()))


def _line(of: int, profile: Profile, first: datetime, last: datetime) -> str:
    said = (profile.traits, profile.trait_times, profile.trait_errors)
    documents = "\t".join(escaped(text_of(document)) if document else "{}" for document in said)
    return (
        f"{of}\t{first.isoformat()}\t{last.isoformat()}\t{documents}\t"
        f"{profile.language}\t{profile.country}\t{profile.time_zone}\n"
    )


def text_of(value: Any) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()
