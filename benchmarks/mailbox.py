"""The sink as a process of its own, and what it says about the mails that it took."""

import socket
import subprocess
import sys
from typing import Self


class Mailbox:
    """Starts a sink; `arrivals` tells whom each mail since the last question was for, and when it came."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.sink"], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())
        self._socket = socket.create_connection(("127.0.0.1", self.port))
        self._file = self._socket.makefile("rb")
        self._file.readline()
        return self

    def __exit__(self, *_error: object) -> None:
        self._socket.close()
        self._process.terminate()
        self._process.wait()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> int:
        """How many mails it has taken in all."""
        self._socket.sendall(b"VRFY all\r\n")
        return int(self._file.readline().split()[1])

    def arrivals(self) -> list[tuple[str, float]]:
        """Address and moment (monotonic) of each mail since the last question."""
        self._socket.sendall(b"EXPN all\r\n")
        found = []
        while (line := self._file.readline()).startswith(b"250-"):
            address, at = line[4:].split()
            found.append((address.decode(), float(at)))
        return found
