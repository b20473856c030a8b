"""Identifiers as they are kept: one spelling for each, or the reason why it is none. Pure."""

import re
from functools import lru_cache

import idna
import phonenumbers
from django.utils.translation import gettext_noop as _

LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*", re.ASCII)
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
LONGEST = 512


class AddressError(ValueError):
    """The text is no address of its kind; the message says why."""


def normal(kind: str, value: str, country: str) -> str:
    """The one spelling of an identifier of `kind`; AddressError where it can't be one."""
    value = value.strip()
    if kind == "email":
        return email(value)
    if kind == "phone":
        return phone(value, country)
    if not value or len(value) > LONGEST:
        raise AddressError(f"An identifier has between 1 and {LONGEST} characters.")
    return value


@lru_cache(maxsize=10_000)
def email(value: str) -> str:
    """An e-mail address: domain in lower case and ASCII, the part before the @ left as it is."""
    local, at, domain = value.rpartition("@")
    if not at or not local or not domain:
        raise AddressError(_("An e-mail address looks like name@example.com."))
    if len(local) > 64:  # noqa: PLR2004 - RFC 5321
        raise AddressError(_("The part before the @ has more than 64 characters."))
    if not LOCAL.fullmatch(local):
        raise AddressError(_("The part before the @ has a character that no mailbox has."))
    return f"{local}@{_domain(domain)}"


def _domain(domain: str) -> str:
    if domain.startswith("["):
        raise AddressError(_("An address at a number, such as a@[127.0.0.1], is not taken."))
    domain = domain.lower().rstrip(".")
    if not domain.isascii():
        try:
            domain = idna.encode(domain, uts46=True).decode()
        except (idna.IDNAError, UnicodeError) as error:
            raise AddressError(_("The part after the @ is no valid international domain.")) from error
    labels = domain.split(".")
    if len(labels) < 2 or labels[-1].isdigit():  # noqa: PLR2004 - a name and its top level
        raise AddressError(_("The part after the @ needs a dot and a top-level domain."))
    if len(domain) > 190 or not all(LABEL.fullmatch(label) for label in labels):  # noqa: PLR2004
        raise AddressError(_("The part after the @ is no valid domain."))
    return domain


@lru_cache(maxsize=10_000)
def phone(value: str, country: str) -> str:
    """A telephone number in E.164, read as one of `country` where it doesn't begin with +."""
    try:
        number = phonenumbers.parse(value, country.upper() or None)
    except phonenumbers.NumberParseException as error:
        raise AddressError(
            _("This is no telephone number. Write it with + and the country's code.")
        ) from error
    if any(character.isalpha() for character in value) or number.extension:
        raise AddressError(_("A telephone number has no letters."))
    if not phonenumbers.is_valid_number(number):
        raise AddressError(f"No such number exists in {country.upper() or 'that country'}.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
