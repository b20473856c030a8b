"""The messages that the receivers accepted, in a SQLite file: the journal writes, the Inbox page reads."""

import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

FILE = "received.sqlite"  # under var/

# A repeated idempotency key is counted, not stored again; a mail has none, so each that comes is a row.
SCHEMA = """
CREATE TABLE IF NOT EXISTS received (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    kind TEXT NOT NULL,
    message_id TEXT,
    sender TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    raw BLOB NOT NULL,
    repeats INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX IF NOT EXISTS received_once ON received (kind, message_id)
    WHERE kind <> 'email' AND message_id IS NOT NULL;
"""
WRITE = """
INSERT INTO received (at, kind, message_id, sender, recipient, subject, raw) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (kind, message_id) WHERE kind <> 'email' AND message_id IS NOT NULL
DO UPDATE SET repeats = repeats + 1
"""
COLUMNS = "id, at, kind, message_id, sender, recipient, subject, repeats"


@dataclass(frozen=True)
class Draft:
    """A message as it came in. `message_id` is a mail's header or, elsewhere, the idempotency key."""

    kind: str  # email, sms, push, webhook
    message_id: str | None
    sender: str
    recipient: str
    subject: str
    raw: bytes


@dataclass(frozen=True)
class Received:
    """A stored message without its raw form. `repeats` says how often its idempotency key came again."""

    id: int
    at: datetime
    kind: str
    message_id: str | None
    sender: str
    recipient: str
    subject: str
    repeats: int


class Store:
    """The file of received messages; each call opens it anew, so any thread or process may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def create(self) -> None:
        """Make the file and its table where they are missing, readable by the owner only."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.touch(mode=0o600)
        with closing(self.connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)

    def connect(self) -> sqlite3.Connection:
        """A connection whose commits are on the disk; transactions are begun by hand."""
        connection = sqlite3.connect(self.path, timeout=20, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = FULL")
        return connection

    def newest(
        self, *, kind: str = "", search: str = "", before: int | None = None, limit: int = 50
    ) -> list[Received]:
        """The newest first: of one kind, with a word in recipient, subject or sender, below id `before`."""
        clauses = ["id < ?"]
        values: list[str | int] = [before if before is not None else 2**62]
        if kind:
            clauses.append("kind = ?")
            values.append(kind)
        if search:
            clauses.append(
                "(recipient LIKE ? ESCAPE '!' OR subject LIKE ? ESCAPE '!' OR sender LIKE ? ESCAPE '!')"
            )
            values += [_pattern(search)] * 3
        query = f"SELECT {COLUMNS} FROM received WHERE {' AND '.join(clauses)} ORDER BY id DESC LIMIT ?"
        with self._reading() as connection:
            return [_received(row) for row in connection.execute(query, [*values, limit])]

    def get(self, number: int) -> tuple[Received, bytes] | None:
        """One message and its raw form."""
        query = f"SELECT {COLUMNS}, raw FROM received WHERE id = ?"
        with self._reading() as connection:
            row = connection.execute(query, [number]).fetchone()
        return None if row is None else (_received(row[:-1]), zlib.decompress(row[-1]))

    def counts(self) -> dict[str, int]:
        """How many messages there are of each kind."""
        with self._reading() as connection:
            return dict(connection.execute("SELECT kind, count(*) FROM received GROUP BY kind ORDER BY kind"))

    def repeats(self) -> int:
        """How often an idempotency key came again."""
        with self._reading() as connection:
            return int(connection.execute("SELECT coalesce(sum(repeats), 0) FROM received").fetchone()[0])

    def reset(self) -> int:
        """Remove all messages; returns how many there were. Ids go on counting."""
        if not self.path.exists():
            return 0
        with closing(self.connect()) as connection:
            return connection.execute("DELETE FROM received").rowcount

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            self.create()
        with closing(self.connect()) as connection:
            yield connection


def write(connection: sqlite3.Connection, drafts: Sequence[Draft], at: datetime) -> None:
    """Store a group of messages in one transaction; when this returns they are on the disk."""
    stamp = at.timestamp()
    rows = [
        (
            stamp,
            draft.kind,
            draft.message_id,
            draft.sender,
            draft.recipient,
            draft.subject,
            zlib.compress(draft.raw, 1),
        )
        for draft in drafts
    ]
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.executemany(WRITE, rows)
        connection.execute("COMMIT")
    except sqlite3.Error:
        connection.execute("ROLLBACK")
        raise


def _received(row: tuple[Any, ...]) -> Received:
    return Received(row[0], datetime.fromtimestamp(row[1], UTC), *row[2:])


def _pattern(search: str) -> str:
    escaped = search.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"
