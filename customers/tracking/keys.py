"""Write keys: where a request says one, and whose it is, remembered for a few seconds."""

import base64
import time

from django.http import HttpRequest

from customers.models import Source

KEEP_SECONDS = 3.0
MOST_KEYS = 10_000
LONGEST_KEY = 64

_known: dict[str, tuple[int, float]] = {}


def key_of(request: HttpRequest) -> str:
    """The write key in the Authorization header: the name of Basic, or a Bearer; else nothing."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(given).decode().partition(":")[0]
    except ValueError:  # neither base64 nor UTF-8
        return ""


def source_of(key: str) -> int:
    """The active source of a write key; 0 where there is none. A revoked key works for three seconds more."""
    if len(key) > LONGEST_KEY:
        return 0
    found = _known.get(key)
    now = time.monotonic()
    if found is None or found[1] < now:
        found = (_look_up(key), now + KEEP_SECONDS)
        if len(_known) >= MOST_KEYS:
            _known.clear()
        _known[key] = found
    return found[0]


def _look_up(key: str) -> int:
    if not key or "\0" in key:
        return 0
    source = Source.objects.filter(write_key=key, is_active=True).values_list("id", flat=True).first()
    return source or 0


def forget_keys() -> None:
    """Look every key up anew."""
    _known.clear()
