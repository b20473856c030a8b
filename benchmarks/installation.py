"""The product under measurement: what `manage.py serve` starts, with a database of its own."""

import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

import psycopg

from benchmarks import processes

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 90
QUIET_SECONDS = 180
DRAINED = """
    SELECT NOT EXISTS (SELECT FROM customers_inboxrow WHERE state = 'pending')
       AND (SELECT last_event_id FROM journeys_eventcursor WHERE name = 'journeys')
           >= coalesce((SELECT id FROM customers_event ORDER BY id DESC LIMIT 1), 0)
"""
QUIET = f"""
    SELECT ({DRAINED}) AND NOT EXISTS (SELECT FROM channels_fatenotice)
       AND NOT EXISTS (SELECT FROM channels_message WHERE state = 'sending' OR due_at <= now())
       AND NOT EXISTS (SELECT FROM journeys_enrollment
                       WHERE standing IN ('due', 'event') AND NOT is_on_hold AND due_at <= now())
"""


class NotDoneError(RuntimeError):
    """What was to happen did not happen in time: see the logs of the benchmark's own installation."""


class Installation:
    """A running Sette on the data under `var`; its environment says the rest."""

    def __init__(self, var: Path, port: int, database_url: str) -> None:
        self.port = port
        self.database_url = database_url
        self._log = var / "serve.log"

    def __enter__(self) -> Self:
        command = [sys.executable, str(ROOT / "manage.py"), "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._serve = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        self.pid = self._serve.pid
        deadline = time.monotonic() + READY_SECONDS
        while "is ready" not in self._log.read_text():
            if self._serve.poll() is not None or time.monotonic() > deadline:
                raise NotDoneError(f"Sette did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.1)
        self._connection = psycopg.connect(self.database_url, autocommit=True)
        self._log.write_text("")
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()
        self._serve.send_signal(signal.SIGTERM)
        self._serve.wait()

    def cpu_seconds(self) -> float:
        """CPU time of all its processes so far, its servers' too."""
        return processes.cpu_seconds(self.pid)

    def is_true(self, question: str, *values: object) -> bool:
        """The answer of one row to a question in SQL."""
        row = self._connection.execute(question, values).fetchone()
        return bool(row and row[0])

    def wait_until(self, question: str, *values: object, pause: float = 0.02) -> float:
        """Ask until the answer is yes; returns the moment (monotonic)."""
        deadline = time.monotonic() + QUIET_SECONDS
        while not self.is_true(question, *values):
            if time.monotonic() > deadline:
                raise NotDoneError(f"{NotDoneError.__doc__} Asked: {question}")
            time.sleep(pause)
        return time.monotonic()

    def wait_until_drained(self) -> float:
        """Return the moment at which all accepted calls were applied and heard."""
        return self.wait_until(DRAINED)

    def wait_until_quiet(self) -> None:
        """Return when nothing is due any more, so that the next measurement finds an idle product."""
        self.wait_until(QUIET, pause=0.2)


def free_port() -> int:
    """A port that nobody listens on, of the system's choosing, so that two runs hardly choose the same."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_answers(url: str, seconds: float = READY_SECONDS) -> None:
    """Return when a server answers with a page; TimeoutError where it does not in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"{url} does not answer")
