"""Write keys: where a request says one, and whose it is, remembered for a few seconds."""

import base64
import time
from typing import NamedTuple

from django.http import HttpRequest

from customers.models import Source

KEEP_SECONDS = 3.0
MOST_KEYS = 10_000
LONGEST_KEY = 64

NOBODY = 0


class Known(NamedTuple):
    """A source, how many calls it may make a second (None: any number), and until when we know it."""

    id: int
    most_per_second: int | None
    until: float


_known: dict[str, Known] = {}


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


def source_of(key: str) -> Known:
    """The active source of a write key; NOBODY where there is none. A revoked one works for three seconds."""
    now = time.monotonic()
    found = _known.get(key)
    if found is None or found.until < now:
        found = Known(*_look_up(key), now + KEEP_SECONDS)
        if len(_known) >= MOST_KEYS:
            _known.clear()
        if len(key) <= LONGEST_KEY:
            _known[key] = found
    return found


def _look_up(key: str) -> tuple[int, int | None]:
    if not key or len(key) > LONGEST_KEY or "\0" in key:
        return NOBODY, None
    active = Source.objects.filter(write_key=key, is_active=True)
    return active.values_list("id", "most_per_second").first() or (NOBODY, None)


def forget_keys() -> None:
    """Look every key up anew."""
    _known.clear()
