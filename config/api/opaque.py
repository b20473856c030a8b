"""Ids to show outside, for rows that keep no public id of their own: the row's number under a block cipher.

One block holds eight bytes that say of which kind the row is and eight of its number, so an id can't be
guessed, counted up, or used for another kind. The key comes from SECRET_KEY: another key, other ids.
"""

import hashlib
from functools import cache
from uuid import UUID

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB
from django.conf import settings


class UnknownIdError(LookupError):
    """The id is none that `seal` has made for this kind."""


def seal(kind: str, number: int) -> UUID:
    """The id to show for row `number` of `kind`: always the same one."""
    encryptor = _cipher(settings.SECRET_KEY).encryptor()
    return UUID(bytes=encryptor.update(_tag(kind) + number.to_bytes(8, "big", signed=True)))


def unseal(kind: str, sealed: UUID) -> int:
    """The row's number; UnknownIdError where the id was not made for `kind`."""
    block = _cipher(settings.SECRET_KEY).decryptor().update(sealed.bytes)
    if block[:8] != _tag(kind):
        raise UnknownIdError(UnknownIdError.__doc__)
    return int.from_bytes(block[8:], "big", signed=True)


@cache
def _tag(kind: str) -> bytes:
    return hashlib.sha256(kind.encode()).digest()[:8]


@cache
def _cipher(secret: str) -> Cipher[ECB]:
    key = hashlib.sha256(b"opaque ids\0" + secret.encode()).digest()
    return Cipher(AES(key), ECB())  # noqa: S305 - one block, one permutation: there is nothing to chain
