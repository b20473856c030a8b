"""Signed bodies: how a callback proves where it comes from, and how our webhooks prove that they are ours.

`Sette-Signature: t=1760000000,v1=<hex>`: the hash over `t`, a dot and the body, keyed with the shared secret.
"""

import hmac
import re

HEADER = "Sette-Signature"
LATEST = 300  # seconds: an older signature could be a recorded one
FORM = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def sign(secret: str, body: bytes, at: float) -> str:
    """The header's value for a body that is sent at `at` (seconds since 1970)."""
    return f"t={int(at)},v1={_hash(secret, int(at), body)}"


def is_signed(secret: str, header: str, body: bytes, at: float) -> bool:
    """Whether the header fits the body and the secret, and is not older (or newer) than five minutes."""
    found = FORM.fullmatch(header)
    if found is None or not secret:
        return False
    signed_at = int(found[1])
    fits = hmac.compare_digest(_hash(secret, signed_at, body), found[2])
    return fits and abs(at - signed_at) <= LATEST


def _hash(secret: str, at: int, body: bytes) -> str:
    return hmac.digest(secret.encode(), b"%d." % at + body, "sha256").hex()
