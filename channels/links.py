"""Signed addresses that messages carry: a click, the open pixel, the way out, preferences.

A token is the message's public id, for a click the web address too, and a keyed hash over both, each purpose
with a key of its own. It needs no row and no cookie; one that was altered says nothing at all.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from functools import lru_cache
from hashlib import blake2b
from uuid import UUID

from django.conf import settings

from channels.content.address import UNTRACKED, safe_url

ID_BYTES = 16
MAC_BYTES = 12


@lru_cache(maxsize=8)
def _key(purpose: str, secret: str) -> bytes:
    return blake2b(secret.encode(), digest_size=32, person=f"sette {purpose}".encode()[:16]).digest()


def _sign(purpose: str, data: bytes) -> str:
    mac = blake2b(data, digest_size=MAC_BYTES, key=_key(purpose, settings.SECRET_KEY)).digest()
    return urlsafe_b64encode(mac + data).rstrip(b"=").decode()


def _read(purpose: str, token: str) -> bytes | None:
    """What a token carries; None where it was not signed here for this purpose."""
    try:
        raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (Base64Error, ValueError):
        return None
    data = raw[MAC_BYTES:]
    if len(data) < ID_BYTES or not hmac.compare_digest(_sign(purpose, data), token):
        return None
    return data


@lru_cache(maxsize=4096)
def _checked(url: str) -> bytes:
    return safe_url(url).encode()


def click_url(public_id: UUID, url: str) -> str:
    """The tracked form of `url` in a message; mail, phone and our own addresses stay as they are."""
    if url.startswith((f"{settings.BASE_URL}/m/", *UNTRACKED)):
        return url
    return f"{settings.BASE_URL}/m/c/{_sign('click', public_id.bytes + _checked(url))}"


def open_url(public_id: UUID) -> str:
    """The address of a message's pixel."""
    return f"{settings.BASE_URL}/m/o/{_sign('open', public_id.bytes)}.gif"


def unsubscribe_url(public_id: UUID) -> str:
    """The address of a message's way out."""
    return f"{settings.BASE_URL}/m/u/{_sign('unsubscribe', public_id.bytes)}"


def preferences_url(public_id: UUID) -> str:
    """The address of the preference centre of the customer whom a message went to."""
    return f"{settings.BASE_URL}/m/p/{_sign('preferences', public_id.bytes)}"


def confirm_url(public_id: UUID) -> str:
    """The address where a customer confirms what a message asks for."""
    return f"{settings.BASE_URL}/m/k/{_sign('confirm', public_id.bytes)}"


def read_click(token: str) -> tuple[UUID, str] | None:
    """The message and the address of a click's token; None where it was altered or leads nowhere safe."""
    data = _read("click", token)
    if data is None:
        return None
    try:
        return UUID(bytes=data[:ID_BYTES]), safe_url(data[ID_BYTES:].decode())
    except ValueError:
        return None


def read_open(token: str) -> UUID | None:
    """The message of a pixel's token; None where it was altered."""
    return _only_id(_read("open", token))


def read_unsubscribe(token: str) -> UUID | None:
    """The message of a way out's token; None where it was altered."""
    return _only_id(_read("unsubscribe", token))


def read_preferences(token: str) -> UUID | None:
    """The message of a preference centre's token; None where it was altered."""
    return _only_id(_read("preferences", token))


def read_confirm(token: str) -> UUID | None:
    """The message of a confirmation's token; None where it was altered."""
    return _only_id(_read("confirm", token))


def _only_id(data: bytes | None) -> UUID | None:
    return UUID(bytes=data) if data is not None and len(data) == ID_BYTES else None
