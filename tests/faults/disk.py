"""A disk without room under a scenario's database.

Where this process may mount, it is a small file system of memory on which the database's tablespace lies, and
which is filled to the last byte. Where it may not, as in most containers, PostgreSQL says of every other
statement that writes what it says on a full disk.
"""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import psycopg

from config.embedded.account import account_for
from tests.faults.installation import Installation
from tests.faults.servers import Servers

MEGABYTES = 256
NAME = "small"
# Every other statement goes through, as one does that finds room in the pages that are there.
COMPLAIN = """
    CREATE TABLE IF NOT EXISTS fault_disk (is_full boolean);
    CREATE FUNCTION fault_complain() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF random() < 0.5 AND EXISTS (SELECT FROM fault_disk WHERE is_full) THEN
            RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END IF;
        RETURN NULL;
    END $$;
    INSERT INTO fault_disk VALUES (false);
    DO $$
    DECLARE place regclass;
    BEGIN
        FOR place IN
            SELECT oid FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'fault_disk'
        LOOP
            EXECUTE format('CREATE TRIGGER fault_complain BEFORE INSERT OR UPDATE ON %s
                            FOR EACH STATEMENT EXECUTE FUNCTION fault_complain()', place);
        END LOOP;
    END $$;
"""


class NoMountError(Exception):
    """This process may not mount a file system; the message is the system's."""


class Disk(Protocol):
    """What a scenario does with a disk."""

    what: str

    def fill(self) -> None:
        """Leave no room."""

    def empty(self) -> None:
        """Leave room again."""


class SmallDisk:
    """A file system of its own."""

    what = f"a disk of {MEGABYTES} MB"

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Write until the system refuses a byte."""
        filler = os.open(self._filler, os.O_WRONLY | os.O_CREAT)
        for size in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while True:
                    os.write(filler, b"x" * size)
        os.close(filler)

    def empty(self) -> None:
        """Take away what fills it."""
        self._filler.unlink()


class Complaints:
    """PostgreSQL's own words for a full disk, from a trigger on each table."""

    what = "PostgreSQL's error: nobody may mount a disk here"

    def __init__(self, sette: Installation) -> None:
        self._url = sette.servers.database_url(sette.database)
        self._execute(COMPLAIN)

    def fill(self) -> None:
        """Have it complain."""
        self._execute("UPDATE fault_disk SET is_full = true")

    def empty(self) -> None:
        """Have it take everything."""
        self._execute("UPDATE fault_disk SET is_full = false")

    def _execute(self, statements: str) -> None:
        with psycopg.connect(self._url, autocommit=True) as session:
            session.execute(statements)


@contextmanager
def mounted(servers: Servers) -> Iterator[SmallDisk]:
    """A small disk with the tablespace NAME on it; NoMountError where this process may mount none.

    Not below the servers' own folder: for a tablespace PostgreSQL asks by access(2), which knows of no
    capabilities, and root's temporary folders are closed.
    """
    folder = Path(tempfile.mkdtemp(prefix="sette-disk-"))
    words = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m,mode=0711", "tmpfs", str(folder)]
    try:
        _run(words)
        try:
            (folder / "data").mkdir(mode=0o700)
            account_for(servers.postgres.data).own(folder / "data")
            with servers.maintenance() as session:
                session.execute(f"CREATE TABLESPACE {NAME} LOCATION '{folder / 'data'}'")
            yield SmallDisk(folder)
            with servers.maintenance() as session:
                session.execute(f"DROP TABLESPACE {NAME}")
        finally:
            _run(["umount", "--lazy", str(folder)])
    finally:
        folder.rmdir()


def _run(words: list[str]) -> None:
    try:
        subprocess.run(words, capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        raise NoMountError(error.stderr.strip()) from error
    except OSError as error:
        raise NoMountError(str(error)) from error
