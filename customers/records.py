"""Golden records as rows: read, saved and made in sets. What they say is `profile`'s."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import connection

from customers.copying import copy_lines, escaped, numbers, texts
from customers.profile import Note, Profile

LOAD = """
    SELECT id, jsonb_build_array(traits, trait_times, trait_errors, trait_sources, trait_notes, language,
        country, time_zone)::text
    FROM customers_customer WHERE id = ANY(%s::bigint[])
"""


def load_profiles(customer_ids: Iterable[int]) -> dict[int, Profile]:
    """The records of customers."""
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [numbers(customer_ids)])
        return {row_id: profile_of(text) for row_id, text in cursor.fetchall()}


_decode = msgspec.json.Decoder(
    tuple[dict[str, Any], dict[str, int], dict[str, str], dict[str, int], dict[str, Note], str, str, str]
).decode


def profile_of(text: str | bytes) -> Profile:
    """A record out of the array in which it is read."""
    return Profile(*_decode(text))


SAVE = """
    UPDATE customers_customer AS customer
    SET traits = new.traits, trait_times = new.trait_times, trait_errors = new.trait_errors,
        trait_sources = new.trait_sources, trait_notes = new.trait_notes,
        language = new.language, country = new.country, time_zone = new.time_zone
    FROM unnest(%s::bigint[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::jsonb[], %s::text[],
        %s::text[], %s::text[])
        AS new(id, traits, trait_times, trait_errors, trait_sources, trait_notes, language, country,
            time_zone)
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
                texts(text_of(profile.settled_sources()) for profile in kept),
                texts(text_of(profile.trait_notes) for profile in kept),
                texts(profile.language for profile in kept),
                texts(profile.country for profile in kept),
                texts(profile.time_zone for profile in kept),
            ],
        )


CREATE = """
    COPY customers_customer (id, first_seen_at, last_seen_at, traits, trait_times, trait_errors,
        trait_sources, trait_notes, language, country, time_zone) FROM STDIN
"""


def create_profiles(profiles: Mapping[int, Profile], seen: Mapping[int, tuple[datetime, datetime]]) -> None:
    """Write the records of new customers, each with when it was first and last seen."""
    if profiles:
        copy_lines(CREATE, (_line(of, profile, *seen[of]) for of, profile in profiles.items()))


def _line(of: int, profile: Profile, first: datetime, last: datetime) -> str:
    said = (
        *(profile.traits, profile.trait_times, profile.trait_errors),
        *(profile.settled_sources(), profile.trait_notes),
    )
    documents = "\t".join(escaped(text_of(document)) if document else "{}" for document in said)
    return (
        f"{of}\t{first.isoformat()}\t{last.isoformat()}\t{documents}\t"
        f"{profile.language}\t{profile.country}\t{profile.time_zone}\n"
    )


def text_of(value: Any) -> str:
    """A value as JSON text."""
    return msgspec.json.encode(value).decode()
