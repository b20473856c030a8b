"""Which message ids took effect already: a source's id does so once within 48 hours."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol, TypeVar

from django.db import connection

from config import work

KEEP_SEEN = timedelta(hours=48)


class Told(Protocol):
    """What has an id of its source's own; the ids of no source are one source's."""

    @property
    def source_id(self) -> int | None:
        """Whose id it is; None: of the layers above."""

    @property
    def message_id(self) -> str:
        """The id."""


T = TypeVar("T", bound=Told)

REMEMBER = """
    INSERT INTO customers_seenmessage (digest, seen_at)
    SELECT digest, %s FROM unnest(%s::uuid[]) AS seen(digest)
    ON CONFLICT DO NOTHING RETURNING digest::text
"""


def first_seen(rows: Sequence[T], now: datetime) -> list[T]:
    """The rows whose message id takes effect for the first time; from now on they are remembered."""
    first = _by_digest(rows)
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [now, f"{{{','.join(first)}}}"])
        return [first[digest] for (digest,) in cursor.fetchall()]


def _by_digest(rows: Sequence[T]) -> dict[str, T]:
    first: dict[str, T] = {}
    for row in rows:
        first.setdefault(digest_of(row), row)
    return first


KNOWN = "SELECT digest::text FROM customers_seenmessage WHERE digest = ANY(%s::uuid[])"


def unseen(rows: Sequence[T]) -> list[T]:
    """The rows whose message id would take effect; nothing is remembered."""
    first = _by_digest(rows)
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, [f"{{{','.join(first)}}}"])
        seen = {row[0] for row in cursor.fetchall()}
    return [row for digest, row in first.items() if digest not in seen]


def digest_of(row: Told) -> str:
    """A message id of a source in 16 bytes, spelled as PostgreSQL spells them."""
    text = blake2b(f"{row.source_id or 0}:{row.message_id}".encode(), digest_size=16).hexdigest()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


FORGET = """
    DELETE FROM customers_seenmessage WHERE digest = ANY(ARRAY(
        SELECT digest FROM customers_seenmessage WHERE seen_at < %s LIMIT %s))
"""
# A replay need not forget at each of its stops: a day's worth at once.
FORGET_DUE = f"""
    EXISTS (SELECT FROM customers_seenmessage
            WHERE seen_at < %(now)s - interval '{KEEP_SEEN.days + 1} days')
"""


def forget_seen(now: datetime, limit: int = 5000) -> int:
    """Forget message ids that are older than 48 hours; returns how many."""
    with work.redoable(), connection.cursor() as cursor:
        cursor.execute(FORGET, [now - KEEP_SEEN, limit])
        return int(cursor.rowcount)
