"""Servers of the harness's own, which it may stop and kill: PostgreSQL, Valkey, and the journaling receivers.

They are started once for all scenarios; each scenario gets a database of its own, copied from one that
`manage.py prepare` has made.
"""

import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import redis
from django.db import connection

from config import embedded
from config.embedded import parts, process
from config.embedded.places import Places
from config.embedded.ports import choose_ports
from config.embedded.postgres import ROLE, SETTINGS
from sandbox.receivers.store import FILE, Store

TEMPLATE = "sette"
SESSIONS = "200"  # what 64 workers need
# The lease is short, so that what a killed process was sending is settled within seconds.
LEASE = 6
QUICK = {"SETTE_LEASE_SECONDS": str(LEASE), "SETTE_PROVIDER_TIMEOUT_SECONDS": "3"}
# For workers whom nobody kills: no lease runs out because the machine is busy.
UNHURRIED = {"SETTE_LEASE_SECONDS": "120", "SETTE_PROVIDER_TIMEOUT_SECONDS": "30"}
MINE = ("SETTE_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


class Servers:
    """The servers, and what every process on them is told."""

    def __init__(self, var: Path) -> None:
        self.places = Places(var)
        self.postgres = embedded.postgres(var)
        self.valkey = embedded.valkey(var)
        self.redis = redis.Redis.from_url(embedded.redis_url(var))
        self.store = Store(var / FILE)
        self._numbers = 0

    @property
    def socket_folder(self) -> str:
        return str(self.places.sockets)

    def start(self) -> None:
        """Have all of it up, and the template's tables made."""
        SETTINGS.update(max_connections=SESSIONS, idle_in_transaction_session_timeout=f"{LEASE + 2}s")
        for server in (self.postgres, self.valkey):
            server.start()
        self.ports = choose_ports(self.places.var)
        self.receivers = parts.receivers(self.places, self.environment(TEMPLATE), self.ports)
        self.receivers.tend(print)
        self.receiver_url = f"http://127.0.0.1:{self.ports.http}"
        prepared = subprocess.run(
            parts.prepare("http://127.0.0.1", self.ports),
            env=self.environment(TEMPLATE),
            capture_output=True,
            text=True,
            check=False,
        )
        assert prepared.returncode == 0, prepared.stdout + prepared.stderr
        self.facts: dict[str, Any] = json.loads(self.places.facts.read_text())
        assert process.wait_until(self._receivers_answer, 20)

    def stop(self) -> None:
        """Stop all of it."""
        self.receivers.ask_to_stop()
        self.receivers.end(5)
        self.redis.close()
        self.valkey.stop()
        self.postgres.stop()

    def environment(self, database: str) -> dict[str, str]:
        """What a process on one of the databases is told; nothing of the test run's own."""
        mine = {name: value for name, value in os.environ.items() if not name.startswith(MINE)}
        return (
            mine
            | parts.environment(self.places.var, 8000)
            | QUICK
            | {
                "DATABASE_URL": self.database_url(database),
                "REDIS_URL": embedded.redis_url(self.places.var),
                "SETTE_SECRET_KEY": os.environ["SETTE_SECRET_KEY"],
            }
        )

    def database_url(self, database: str) -> str:
        return f"postgresql://{ROLE}@/{database}?host={quote(self.socket_folder, safe='')}"

    def new_database(self, tablespace: str = "pg_default") -> str:
        """A copy of the template; nothing is left of the scenario before."""
        self._numbers += 1
        name = f"fault{self._numbers}"
        with self.maintenance() as session:
            session.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} TABLESPACE {tablespace}")
        self.redis.flushall()
        self.store.reset()
        self.do_wrong()
        return name

    def drop_database(self, name: str) -> None:
        with self.maintenance() as session:
            session.execute(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def maintenance(self) -> Iterator["psycopg.Connection[Any]"]:
        """A session beside the scenarios' databases, each statement a transaction."""
        url = self.database_url("postgres")
        with psycopg.connect(url, autocommit=True) as session:
            yield session

    @contextmanager
    def aimed(self, database: str) -> Iterator[None]:
        """This process's Django works on that database for the length of the block."""
        before = dict(connection.settings_dict)
        connection.close()
        patient = {"options": "-c idle_in_transaction_session_timeout=0"}  # whoever tells the story may think
        here = {
            "NAME": database,
            "HOST": self.socket_folder,
            "USER": ROLE,
            "PORT": "",
            "PASSWORD": "",
            "OPTIONS": patient,
        }
        connection.settings_dict.update(here)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict.update(before)

    def do_wrong(self, *faults: dict[str, Any], seed: int = 1) -> None:
        """What the receivers do wrong from now on; nothing, where nothing is said."""
        body = json.dumps({"seed": seed, "faults": list(faults)}).encode()
        request = urllib.request.Request(f"{self.receiver_url}/faults", data=body, method="POST")
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200

    def _receivers_answer(self) -> bool:
        self.receivers.tend(print)
        try:
            with urllib.request.urlopen(f"{self.receiver_url}/health", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def kill_postgres(self) -> None:
        """PostgreSQL stops at once, as by a power cut: nothing is ended in order."""
        pid = self.postgres.pid()
        assert pid is not None
        process.send(pid, signal.SIGKILL)
        assert process.wait_until(lambda: self.postgres.pid() is None, 10)

    def stop_valkey(self) -> None:
        pid = self.valkey.pid()
        assert pid is not None
        process.send(pid, signal.SIGKILL)
        assert process.wait_until(lambda: self.valkey.pid() is None, 10)

    def terminate_some(self, database: str, number: int) -> int:
        """End so many sessions of the database at random; returns how many there were to end."""
        ended = """
            SELECT count(pg_terminate_backend(pid)) FROM (
                SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY random() LIMIT %s) victims
        """
        with self.maintenance() as session:
            return int(session.execute(ended, [database, number]).fetchone()[0])
