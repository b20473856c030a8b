"""File locks between processes: one changes a server at a time, and whoever uses it holds it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Be the only one for the length of a `with`, waiting for others."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


class Hold:
    """A share in something: many may hold it, and the last one to let go learns that it was the last.

    The system lets go for a process that dies.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Begin to hold; a second time changes nothing."""
        if self._file is None:
            self._file = self.path.open("a")
            fcntl.flock(self._file, fcntl.LOCK_SH)

    def release(self) -> bool:
        """Let go; returns whether nobody else holds it."""
        if self._file is None:
            return False
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            return True
        finally:
            self._file.close()
            self._file = None
