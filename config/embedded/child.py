"""One process that `serve` keeps running: restarted with a growing pause, ended with all its own."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config.embedded import process
from config.embedded.server import trim

FIRST_PAUSE = 0.5  # seconds before the first restart; doubled for each death in a row
LONGEST_PAUSE = 30.0
STEADY = 20.0  # seconds after which a process counts as healthy, and its pauses begin anew
MOST_DEATHS = 6  # in a row, of one that should end by itself: then it is given up


class Child:
    """A process by its command; one that is `once` is restarted until it exits with 0, others for ever.

    Its output goes to `log`, or, without one, where ours goes. `run` is the folder of the note by which a
    later start finds what a killed `serve` left behind.
    """

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        run: Path,
        environment: dict[str, str],
        log: Path | None = None,
        once: bool = False,
    ) -> None:
        self.name = name
        self.once = once
        self.is_done = False
        self.log = log
        self._command = command
        self._environment = environment
        self._note = run / f"{name}.child"
        self._child: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._again = 0.0

    @property
    def pid(self) -> int | None:
        """Its process, if it lives."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def tend(self, say: Callable[[str], None]) -> None:
        """Start it where it is due to be started; notice its end."""
        if self._child is not None and self._child.poll() is not None:
            self._bury(self._child, say)
        if self.log is not None:
            trim(self.log)
        if self._child is None and not self.is_done and time.monotonic() >= self._again:
            self._start()

    def clear(self, say: Callable[[str], None]) -> None:
        """End what an earlier `serve`, killed, left of this child."""
        try:
            group = int(self._note.read_text())
        except (OSError, ValueError):
            return
        if process.group_runs(group, sys.executable):
            say(f"{self.name}: ending what an earlier start left (group {group})")
            process.send_group(group, signal.SIGKILL)
            process.wait_until(lambda: not process.group_runs(group, sys.executable), 5)
        self._note.unlink()

    def ask_to_stop(self) -> None:
        """Ask it to finish what it is at; its own children hear it from it."""
        self.is_done = True
        if pid := self.pid:
            process.send(pid, signal.SIGTERM)

    def end(self, seconds: float) -> None:
        """Wait for its end so long, then end its whole group."""
        if self._child is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(seconds)
        process.send_group(self._child.pid, signal.SIGKILL)
        self._child.wait(5)
        self._child = None
        self._note.unlink(missing_ok=True)

    def _start(self) -> None:
        self._started = time.monotonic()
        output = None
        if self.log is not None:
            output = self.log.open("ab")
        self._child = subprocess.Popen(
            [*_tie(), *self._command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | self._environment,
            start_new_session=True,  # Ctrl-C is for `serve`, which stops its children in order
        )
        if output is not None:
            output.close()
        self._note.write_text(str(self._child.pid))

    def _bury(self, child: subprocess.Popen[bytes], say: Callable[[str], None]) -> None:
        """End what is left of a dead child's group, and say when it is started again."""
        process.send_group(child.pid, signal.SIGKILL)
        self._child = None
        self._note.unlink(missing_ok=True)
        if self.once and child.returncode == 0:
            self.is_done = True
            say(f"{self.name} has ended well")
            return
        self._deaths = 1 if time.monotonic() - self._started > STEADY else self._deaths + 1
        pause = min(FIRST_PAUSE * 2 ** (self._deaths - 1), LONGEST_PAUSE)
        self._again = time.monotonic() + pause
        how = f"{self.name} (process {child.pid}) ended with {child.returncode}"
        if self.once and self._deaths >= MOST_DEATHS:
            self.is_done = True
            say(f"{how} again; given up. Sette runs on without it.")
            return
        say(f"{how}; again in {pause:g} s" + (f", see {self.log}" if self.log else ""))


def _tie() -> list[str]:
    """What makes a command end when we die, where the system can."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM"] if setpriv else []
