"""Where the embedded servers keep data and sockets under `var`, and the URLs that follow from it."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from config.embedded.account import Account, EmbeddedError

LONGEST_SOCKET = 100  # bytes; the system's limit is 104 (macOS) to 108 (Linux)
POSTGRES_SOCKET = ".s.PGSQL.5432"
VALKEY_SOCKET = "valkey.sock"


@dataclass(frozen=True)
class Places:
    """The folders under one `var`."""

    var: Path

    @property
    def postgres(self) -> Path:
        """PostgreSQL's data."""
        return self.var / "postgres"

    @property
    def valkey(self) -> Path:
        """Valkey's append-only file."""
        return self.var / "valkey"

    @property
    def log(self) -> Path:
        """One log file per process."""
        return self.var / "log"

    @property
    def run(self) -> Path:
        """Locks and notes about running processes."""
        return self.var / "run"

    @property
    def facts(self) -> Path:
        """Where everything is and who to log in as, for people and scripts."""
        return self.var / "sandbox.json"

    @property
    def sockets(self) -> Path:
        """The folder of the sockets: in `var`, or a short one under /tmp where that path is too long."""
        near = self.var / "sockets"
        if len(os.fsencode(near / POSTGRES_SOCKET)) <= LONGEST_SOCKET:
            return near
        name = hashlib.sha256(os.fsencode(self.var)).hexdigest()[:16]
        return Path(f"/tmp/sette-{os.geteuid()}-{name}")  # noqa: S108 - prepare() makes and checks it

    def make(self) -> None:
        """Make the folders that every part writes to, also where all servers are elsewhere."""
        for folder in (self.var, self.log, self.run):
            folder.mkdir(parents=True, exist_ok=True)

    def prepare(self, account: Account) -> None:
        """Make what the servers need too: the folder of sockets, owned by `account` and closed to others."""
        self.make()
        _make_private(self.sockets, account)


def _make_private(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {os.geteuid(), account.uid}:
        raise EmbeddedError(
            f"{folder} belongs to somebody else (uid {found.st_uid}): remove it or set SETTE_VAR."
        )
    folder.chmod(0o700)
    account.own(folder)


def database_url(var: Path) -> str:
    """The URL of the embedded PostgreSQL's database, as libpq and DATABASE_URL write it."""
    return f"postgresql://sette@/sette?host={quote(str(Places(var).sockets), safe='')}"


def redis_url(var: Path) -> str:
    """The URL of the embedded Valkey, as redis-py and REDIS_URL write it."""
    return f"unix://{quote(str(Places(var).sockets / VALKEY_SOCKET))}?db=0"


def broker_url(var: Path) -> str:
    """The URL of the embedded Valkey, as Celery writes it."""
    return celery_url(redis_url(var))


def celery_url(url: str) -> str:
    """A redis-py URL as Celery wants it: a socket's scheme is another one there, all else is the same."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    database = parts.query.removeprefix("db=") or "0"
    return f"redis+socket://{parts.path}?virtual_host={database}"
