"""A PostgreSQL of one's own, named by DATABASE_URL, replaces the embedded one: here Debian's 15."""

import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

from config.embedded import process

ROOT = Path(__file__).resolve().parents[3]
DEBIANS = [Path(f"/usr/lib/postgresql/{version}/bin") for version in (15, 16, 17, 18)]
BIN = next((folder for folder in DEBIANS if (folder / "initdb").exists()), None)


@pytest.fixture
def url() -> Iterator[str]:
    """A server made and started by Debian's own programs, on a socket."""
    with tempfile.TemporaryDirectory(prefix="sette-real-") as folder:
        drop = []
        if os.geteuid() == 0:
            somebody = pwd.getpwnam("postgres")
            os.chown(folder, somebody.pw_uid, somebody.pw_gid)
            drop = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"]
        data = f"{folder}/data"
        subprocess.run([*drop, BIN / "initdb", "-D", data, "-U", "sette", "-A", "trust", "-N"], check=True)
        words = ["-D", data, "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]
        server = subprocess.Popen([*drop, BIN / "postgres", *words], stderr=subprocess.DEVNULL)
        where = f"host={folder} user=sette dbname=postgres"
        assert process.wait_until(lambda: is_up(where), 20)
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("CREATE DATABASE sette")
        yield f"postgresql://sette@/sette?host={quote(folder, safe='')}"
        server.terminate()
        server.wait(20)


def is_up(where: str) -> bool:
    try:
        psycopg.connect(where).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.skipif(BIN is None, reason="no PostgreSQL of the system here")
def test_database_url_names_a_server_that_takes_every_migration(url, tmp_path):
    environment = os.environ | {
        "DATABASE_URL": url,
        "SETTE_VAR": str(tmp_path / "var"),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    migrated = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (migrated.returncode, migrated.stderr) == (0, "")
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) > 0 FROM django_migrations").fetchone() == (True,)
    assert not (tmp_path / "var" / "postgres").exists()
