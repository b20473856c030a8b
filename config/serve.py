"""`manage.py serve`: all of Sette on this machine, until Ctrl-C.

It tends the parts and does nothing else: what needs Django's apps is done by a process of its own, so that
the one that stays is small.
"""

import argparse
import http.client
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from django.conf import settings

from config import embedded
from config.embedded import parts
from config.embedded.child import Child
from config.embedded.places import Places
from config.embedded.ports import Ports, choose_ports, is_free
from config.embedded.server import Server
from config.embedded.supervisor import Supervisor, alone

HOST = parts.LOCAL
READY_SECONDS = 60


def main(words: Sequence[str]) -> None:
    """Start what is not set up elsewhere, keep it up, and stop it in order; EmbeddedError says what to do."""
    parser = argparse.ArgumentParser("manage.py serve", description="Run all of Sette here, until Ctrl-C.")
    parser.add_argument("--host", default=HOST, help="the address that the web server listens on")
    parser.add_argument("--port", type=int, default=settings.PORT, help="the port of the web server")
    parser.add_argument("--then", default="", help="a management command to run until it succeeds")
    options = parser.parse_args(words)
    places = Places(settings.VAR)
    places.make()
    with alone(places.run):
        _serve(places, options.host, options.port, shlex.split(options.then))


def _serve(places: Places, host: str, port: int, then: list[str]) -> None:
    supervisor = Supervisor(_servers(places.var), _say)
    supervisor.heed_signals()
    environment = parts.environment(places.var, port)
    ports = choose_ports(places.var) if settings.SANDBOX else None
    children = _children(places, environment, host, port, ports)
    later = [parts.once(then, places, environment)] if then else []
    for child in [*children, *later]:
        child.clear(_say)
    if not is_free(port, host):
        raise embedded.EmbeddedError(f"Port {port} is taken: set SETTE_PORT to a free one.")
    try:
        supervisor.start_servers()
        command = parts.prepare(_url(host, port), ports)
        prepared = subprocess.run(command, env=os.environ | environment, check=False)
        if prepared.returncode != 0 and not supervisor.is_ending:
            raise embedded.EmbeddedError("Sette could not be prepared, so nothing was started.")
        supervisor.add(children)
        if supervisor.tend_until(_readiness(host, port, ports, places), READY_SECONDS):
            _welcome(places)
        elif not supervisor.is_ending:
            _say(f"Not everything answers after {READY_SECONDS} s; see {places.log}. Going on.")
        supervisor.add(later)
        supervisor.tend_for_ever()
    finally:
        _say("Stopping")
        supervisor.stop()


def _url(host: str, port: int) -> str:
    if (host, port) == (HOST, settings.PORT):
        return str(settings.BASE_URL)
    return f"http://{host}:{port}"


def _welcome(places: Places) -> None:
    facts = json.loads(places.facts.read_text())
    _say(f"Sette is ready: open {facts['url']}")
    if "admin_user" in facts:
        _say(f"Log in as {facts['admin_user']} with the password {facts['admin_password']}")
        for role, password in facts["logins"].items():
            _say(f"Or, to see what that role sees, as {role} with the password {password}")
    _say("Ctrl-C stops it")


def _say(what: str) -> None:
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {what}\n")
    sys.stdout.flush()


def _servers(var: Path) -> list[Server]:
    """The servers that no URL in the settings replaces."""
    servers: list[Server] = []
    if embedded.database_url(var) == settings.DATABASE_URL:
        servers.append(embedded.postgres(var))
    if embedded.redis_url(var) == settings.REDIS_URL:
        servers.append(embedded.valkey(var))
    return servers


def _children(
    places: Places, environment: dict[str, str], host: str, port: int, ports: Ports | None
) -> list[Child]:
    """Receivers first: they are the last to stop."""
    receivers = [parts.receivers(places, environment, ports)] if ports is not None else []
    return [
        *receivers,
        parts.worker(places, environment, settings.WORKERS),
        parts.beat(places, environment),
        parts.web(places, environment, host, port),
    ]


def _readiness(host: str, port: int, ports: Ports | None, places: Places) -> Callable[[], bool]:
    """What says whether everything answers: the pages, the receivers and the worker."""
    log = places.log / "worker.log"
    past = log.stat().st_size if log.exists() else 0

    def is_ready() -> bool:
        return (
            _answers(host, port, "/admin/login/")
            and (ports is None or _answers(HOST, ports.http, "/health"))
            and _has_said(log, past, b" ready.")
        )

    return is_ready


def _answers(host: str, port: int, path: str) -> bool:
    asked = http.client.HTTPConnection(host, port, timeout=5)
    try:
        asked.request("GET", path)
        return asked.getresponse().status < http.client.INTERNAL_SERVER_ERROR
    except OSError:
        return False
    finally:
        asked.close()


def _has_said(log: Path, past: int, words: bytes) -> bool:
    if not log.exists():
        return False
    with log.open("rb") as file:
        file.seek(past if past <= log.stat().st_size else 0)
        return words in file.read()
