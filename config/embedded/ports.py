"""The ports of the receivers: chosen at the first start, kept in var/, taken again while they are free."""

import json
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Ports:
    """Where the receivers listen on loopback."""

    smtp: int
    http: int


def kept_ports(var: Path) -> Ports | None:
    """The ports that the last start chose; None before the first."""
    try:
        return Ports(**json.loads((var / "ports.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def choose_ports(var: Path) -> Ports:
    """The kept ports where they are free, else new ones, which are kept."""
    kept = kept_ports(var) or Ports(0, 0)
    chosen = Ports(*(port if port and is_free(port) else _any_free() for port in (kept.smtp, kept.http)))
    var.mkdir(parents=True, exist_ok=True)
    (var / "ports.json").write_text(json.dumps(asdict(chosen)))
    return chosen


def is_free(port: int, host: str = HOST) -> bool:
    """Whether a server could listen there now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _any_free() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
