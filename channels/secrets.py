"""Providers' settings at rest, encrypted with a key from SETTE_SECRET_KEY: a copied database tells nothing.

Whoever changes the secret key must enter the settings anew: nobody can read the old ones any more.
"""

import json
import os
from functools import lru_cache
from hashlib import blake2b
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE_BYTES = 12
PURPOSE = b"channels.settings.1"


class SealError(ValueError):
    """The settings can't be read with this SETTE_SECRET_KEY: enter them anew, or give the old key back."""


def seal(values: dict[str, Any]) -> bytes:
    """Settings, encrypted; the same ones never twice alike."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, json.dumps(values).encode(), PURPOSE)


def unseal(sealed: bytes | memoryview) -> dict[str, Any]:
    """What `seal` was given; SealError where the key is another or the bytes were altered."""
    if not sealed:
        return {}
    raw = bytes(sealed)
    try:
        opened = _cipher(settings.SECRET_KEY).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], PURPOSE)
    except (InvalidTag, ValueError) as error:
        raise SealError(SealError.__doc__) from error
    values: dict[str, Any] = json.loads(opened)
    return values


@lru_cache(maxsize=4)
def _cipher(secret: str) -> AESGCM:
    return AESGCM(blake2b(secret.encode(), digest_size=32, person=PURPOSE[:16]).digest())
