"""A running `manage.py serve`, as a person starts it, for the tests that need all of Sette at once."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path

from config.embedded import process

ROOT = Path(__file__).resolve().parents[1]
MINE = ("SETTE_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


RUNNING: list["Serve"] = []


def stop_all() -> None:
    """Stop what a test that failed left running, so that only that test fails."""
    while RUNNING:
        serve = RUNNING.pop()
        if serve.process.poll() is None:
            serve.stop(signal.SIGTERM)


class Serve:
    """A running `serve` and what it says."""

    def __init__(self, var: Path, *words: str, **settings: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.var = var
        environment = {name: value for name, value in os.environ.items() if not name.startswith(MINE)}
        environment |= {"SETTE_VAR": str(var), "SETTE_PORT": str(self.port)} | settings
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "serve", *words],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        RUNNING.append(self)
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        self.lines.extend(iter(self.process.stdout.readline, ""))

    def has_said(self, words: str) -> bool:
        return any(words in line for line in list(self.lines))

    def wait_for(self, words: str, seconds: float = 60) -> None:
        ended = process.wait_until(lambda: self.has_said(words) or self.process.poll() is not None, seconds)
        assert ended, "".join(self.lines)
        assert self.has_said(words), "".join(self.lines)

    def groups(self) -> dict[str, int]:
        """The parts' process groups by their notes, which go and come when a part is started again."""
        found = {}
        for note in (self.var / "run").glob("*.child"):
            with suppress(FileNotFoundError, ValueError):
                found[note.stem] = int(note.read_text())
        return found

    def stop(self, number: signal.Signals) -> int:
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(5)
        self.process.stdout.close()
        return code

    def answers(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/admin/login/", timeout=10) as answer:
            return answer.status
