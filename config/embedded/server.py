"""What the embedded servers have in common: start or adopt, be alone on the data, stop."""

import os
import shutil
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from config.embedded import process
from config.embedded.account import Account, EmbeddedError, account_for
from config.embedded.locks import Hold, locked
from config.embedded.places import Places

LARGEST_LOG = 5_000_000  # bytes; a larger log is put aside
START_SECONDS = 90  # recovery after a crash may take a while
STOP_SECONDS = 15


class Server(ABC):
    """One server on the data under one `var`.

    `start` takes over a server that already runs on the data, whoever started it. `stop` ends a server that
    is ours; one that was adopted, or is not tied to us, is left to the others that hold it, and the last of
    them ends it.
    """

    name: str  # also names the log and the locks
    stop_signal: signal.Signals
    harsh_signal: signal.Signals  # for one that does not stop in time

    def __init__(self, var: Path, *, tied: bool = True) -> None:
        self.places = Places(var.resolve())
        self.tied = tied
        self._child: subprocess.Popen[bytes] | None = None
        self._hold = Hold(self.places.run / f"{self.name}.hold")

    @property
    @abstractmethod
    def data(self) -> Path:
        """The folder of the data."""

    @abstractmethod
    def recorded_pid(self) -> int | None:
        """The process that the data's own note says serves it; it may be long gone."""

    @abstractmethod
    def marks(self) -> tuple[str, ...]:
        """What the command line of a process that serves this data contains."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether the server takes commands now."""

    @abstractmethod
    def prepare(self, account: Account) -> None:
        """Make the data fit to be started on."""

    @abstractmethod
    def command(self, account: Account) -> list[str]:
        """The command line that serves the data."""

    @abstractmethod
    def finish(self) -> None:
        """What is left to do on a server that has come up."""

    @property
    def log(self) -> Path:
        """The log file."""
        return self.places.log / f"{self.name}.log"

    def pid(self) -> int | None:
        """The living process that serves the data, whoever started it."""
        if self._child is not None and self._child.poll() is None:
            return self._child.pid
        recorded = self.recorded_pid()
        return recorded if recorded and process.runs(recorded, *self.marks()) else None

    def start(self) -> None:
        """Have the server up and answering: adopt the one that runs, or start one."""
        account = account_for(self.data)
        self.places.prepare(account)
        with locked(self.places.run / f"{self.name}.lock"):
            self._hold.take()
            try:
                if not self._adopt():
                    self.prepare(account)
                    self._launch(account)
                self.finish()
            except BaseException:
                self._hold.release()
                raise

    def stop(self) -> None:
        """Stop the server, or only let go of one that others still use."""
        if not self.places.run.exists():
            return
        with locked(self.places.run / f"{self.name}.lock"):
            last = self._hold.release()
            pid = self.pid()
            if pid is not None and (last or (self._child is not None and self.tied)):
                self._end(pid)

    def restart(self) -> None:
        """Stop the server for everybody and start it again."""
        with locked(self.places.run / f"{self.name}.lock"):
            pid = self.pid()
            if pid is not None:
                self._end(pid)
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _adopt(self) -> bool:
        """Wait for a server that runs on the data to answer; returns whether there is one."""
        process.wait_until(lambda: self.pid() is None or self.answers(), START_SECONDS)
        pid = self.pid()
        if pid is not None and not self.answers():
            raise EmbeddedError(f"{self.name} (process {pid}) runs but does not answer; see {self.log}.")
        return pid is not None

    def _launch(self, account: Account) -> None:
        """Start the server as our direct child, which we reap, and wait until it answers."""
        trim(self.log)
        for _attempt in range(20):
            child = self._spawn(account)
            process.wait_until(partial(self._is_decided, child), START_SECONDS)
            if child.poll() is None or not self.may_retry(process.tail(self.log)):
                break
            time.sleep(0.5)
        if not self.answers():
            raise EmbeddedError(f"{self.name} did not start; {self.log} ends with:\n{process.tail(self.log)}")

    def _spawn(self, account: Account) -> subprocess.Popen[bytes]:
        death_signal = self.stop_signal.name.removeprefix("SIG") if self.tied else None
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                [*account.prefix(death_signal, self.needed()), *self.command(account)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, who then stop it in order
                user=account.popen_uid,
                group=account.popen_gid,
            )
        return self._child

    def _is_decided(self, child: subprocess.Popen[bytes]) -> bool:
        return child.poll() is not None or self.answers()

    def needed(self) -> list[Path]:
        """The folders that the server's account must reach."""
        return [self.data, self.places.sockets]

    @abstractmethod
    def may_retry(self, log: str) -> bool:
        """Whether a start that failed with this end of its log is worth another try."""

    def _end(self, pid: int) -> None:
        """End the process: in order, then harshly; reap it where it is our child."""
        for number in (self.stop_signal, self.harsh_signal, signal.SIGKILL):
            process.send(pid, number)
            if process.wait_until(lambda: self.pid() is None, STOP_SECONDS):
                break
        if self._child is not None:
            self._child.wait(STOP_SECONDS)
            self._child = None


def trim(log: Path) -> None:
    """Put a log aside that has become large, while it is written to; the one put aside before is gone."""
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)  # who writes appends, so goes on at the new end
