"""Keeps servers and processes up until it is asked to stop; then stops them in order."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from config.embedded.account import EmbeddedError
from config.embedded.child import Child
from config.embedded.server import Server, trim

ROUND = 0.2  # seconds between two looks at the children
STOP_SECONDS = 8.0  # that children get to finish what they are at


class Supervisor:
    """Tends `servers` and `children` from the main thread: a child dies with the thread that started it."""

    def __init__(self, servers: Sequence[Server], say: Callable[[str], None]) -> None:
        self._servers = servers
        self._children: list[Child] = []
        self._say = say
        self._end = threading.Event()

    @property
    def is_ending(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._end.is_set()

    def heed_signals(self) -> None:
        """Stop at Ctrl-C, SIGTERM and a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_end)

    def start_servers(self) -> None:
        """Have the servers up."""
        for server in self._servers:
            server.start()
            self._say(f"{server.name} is up (process {server.pid()})")

    def add(self, children: Sequence[Child]) -> None:
        """Tend these too, from now on."""
        self._children += children

    def tend_until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """Tend all until `condition` holds; returns whether it did, in time and before the end."""
        deadline = time.monotonic() + seconds
        while not self.is_ending and time.monotonic() < deadline:
            self._tend()
            if condition():
                return True
            self._end.wait(ROUND)
        return False

    def tend_for_ever(self) -> None:
        """Tend all until somebody asks to stop."""
        while not self.is_ending:
            self._tend()
            self._end.wait(ROUND)

    def stop(self) -> None:
        """Stop the children together, the last added first to be waited for, then the servers."""
        for child in reversed(self._children):
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self._children):
            child.end(max(deadline - time.monotonic(), 0.1))
        for server in reversed(self._servers):
            server.stop()
            self._say(f"{server.name} is stopped")

    def _tend(self) -> None:
        for server in self._servers:
            trim(server.log)
            if server.pid() is None:
                self._say(f"{server.name} is gone; starting it again")
                self._start_again(server)
        for child in self._children:
            child.tend(self._say)

    def _start_again(self, server: Server) -> None:
        try:
            server.start()
        except EmbeddedError as error:
            self._say(str(error))  # the next round tries again

    def _ask_to_end(self, _number: int, _frame: FrameType | None) -> None:
        self._end.set()


@contextmanager
def alone(run: Path) -> Iterator[None]:
    """Be the only `serve` on this folder for the length of a `with`."""
    with (run / "serve.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            other = file.read().strip()
            raise EmbeddedError(
                f"Sette runs here already (process {other}): stop it, or set SETTE_VAR and SETTE_PORT."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
