"""What of a customer is compared, in one spelling: from traits as Segment's vocabulary names them. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, NamedTuple

FIRST_NAME = ("first_name", "firstName", "given_name", "givenName")
LAST_NAME = ("last_name", "lastName", "surname", "family_name", "familyName")
STREET = ("street", "street_address", "streetAddress")
CITY = ("city", "town", "suburb")
POSTCODE = ("postalCode", "postal_code", "postcode", "zip", "zipCode", "zip_code")
BIRTHDAY = ("birthday", "birthdate", "birth_date", "birthDate", "date_of_birth", "dateOfBirth")
NO_LETTER = re.compile(r"[^\w]+|_+")
NO_DIGIT = re.compile(r"\D+")
LONGEST = 100
LEAST = 2  # fields without which nobody can be told from others


class Person(NamedTuple):
    """A customer's number and what is compared; None where it is not known."""

    customer_id: int
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    street: str | None
    city: str | None
    postcode: str | None
    birthday: str | None

    @property
    def is_comparable(self) -> bool:
        """Whether enough is known."""
        return sum(value is not None for value in self[1:]) >= LEAST


FIELDS = Person._fields[1:]


def person(customer_id: int, traits: Mapping[str, Any]) -> Person:
    """What is compared of a customer with these traits; `address` may be an object or a text."""
    address = traits.get("address")
    places: Mapping[str, Any] = address if isinstance(address, Mapping) else {}
    street = address if isinstance(address, str) else _first(STREET, places, traits)
    first_name, last_name = _names(traits)
    return Person(
        customer_id,
        first_name,
        last_name,
        _email(traits.get("email")),
        _digits(traits.get("phone")),
        _words(street),
        _words(_first(CITY, places, traits)),
        _joined(_first(POSTCODE, places, traits)),
        _date(_first(BIRTHDAY, traits)),
    )


def _first(names: tuple[str, ...], *places: Mapping[str, Any]) -> Any:
    """The first that is said under one of the names."""
    return next((place[name] for place in places for name in names if place.get(name)), None)


def _names(traits: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """First and last name; of a `name` alone the last word is the last name."""
    first_name, last_name = _words(_first(FIRST_NAME, traits)), _words(_first(LAST_NAME, traits))
    whole = _words(traits.get("name"))
    if first_name or last_name or not whole:
        return first_name, last_name
    head, _space, tail = whole.rpartition(" ")
    return (head, tail) if head else (None, tail)


def _text(value: Any) -> str:
    """A text or a number without accents, capital letters and surrounding space."""
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    letters = unicodedata.normalize("NFKD", str(value)[:LONGEST])
    return "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold().strip()


def _words(value: Any) -> str | None:
    return NO_LETTER.sub(" ", _text(value)).strip() or None


def _joined(value: Any) -> str | None:
    return NO_LETTER.sub("", _text(value)) or None


def _email(value: Any) -> str | None:
    text = _text(value)
    return text if "@" in text else None


def _digits(value: Any) -> str | None:
    """The last nine digits, so that it makes no difference whether the country's code is said."""
    return NO_DIGIT.sub("", _text(value))[-9:] or None


def _date(value: Any) -> str | None:
    """Year, month and day as eight digits; whatever else is said has no meaning here."""
    digits = NO_DIGIT.sub("", _text(value)[:10])
    return digits if len(digits) == 8 else None  # noqa: PLR2004
