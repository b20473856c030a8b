"""A running `manage.py serve`, as a person starts it, for the tests that need all of Sette at once."""

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

from config.embedded import process

ROOT = Path(__file__).resolve().parents[1]
MINE = ("SETTE_", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DJANGO_SETTINGS_MODULE")


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
        return {note.stem: int(note.read_text()) for note in (self.var / "run").glob("*.child")}

    def stop(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self._reader.join(5)
        self.process.stdout.close()
        return code

    def answers(self) -> int:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/admin/login/", timeout=10) as answer:
            return answer.status
