"""`manage.py serve`: all of Sette on this machine, until Ctrl-C."""

import http.client
import json
import shlex
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from config import embedded
from config.embedded import parts
from config.embedded.child import Child
from config.embedded.places import Places
from config.embedded.ports import Ports, choose_ports, is_free
from config.embedded.server import Server
from config.embedded.supervisor import Supervisor, alone

HOST = "127.0.0.1"
READY_SECONDS = 60
# By name: config imports no other app.
BOOTSTRAP = "sandbox.bootstrap.bootstrap"
MAIL = "channels.defaults.ensure_mail"


class Command(BaseCommand):
    """Start what is not set up elsewhere, keep it up, and stop it in order."""

    help = _("Run all of Sette here: servers, web, workers, beat and the local receivers.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST, help=_("The address that the web server listens on."))
        parser.add_argument("--port", type=int, default=settings.PORT, help=_("The port of the web server."))
        parser.add_argument("--then", default="", help=_("A management command to run until it succeeds."))

    def handle(self, *_args: object, host: str, port: int, then: str, **_options: object) -> None:
        places = Places(settings.VAR)
        try:
            with alone(places.run):
                self._serve(places, host, port, shlex.split(then))
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _serve(self, places: Places, host: str, port: int, then: list[str]) -> None:
        supervisor = Supervisor(_servers(places.var), self._say)
        supervisor.heed_signals()
        environment = parts.environment(places.var, port)
        ports = choose_ports(places.var) if settings.SANDBOX else None
        children = _children(places, environment, host, port, ports)
        later = [parts.once(then, places, environment)] if then else []
        for child in [*children, *later]:
            child.clear(self._say)
        if not is_free(port, host):
            raise CommandError(_("Port %(port)d is taken: set SETTE_PORT to a free one.") % {"port": port})
        try:
            supervisor.start_servers()
            self._migrate()
            facts = self._bootstrap(places.var, host, port, ports)
            connections.close_all()
            supervisor.add(children)
            if supervisor.tend_until(_readiness(host, port, ports, places), READY_SECONDS):
                self._welcome(facts)
            elif not supervisor.is_ending:
                self._say(f"Not everything answers after {READY_SECONDS} s; see {places.log}. Going on.")
            supervisor.add(later)
            supervisor.tend_for_ever()
        finally:
            self._say("Stopping")
            supervisor.stop()

    def _migrate(self) -> None:
        """Bring the tables up to date where they are not."""
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(
                _("DATABASE_URL names a database that does not answer: %(error)s") % {"error": error}
            ) from error
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self._say("Making the tables")
            call_command("migrate", interactive=False, verbosity=0)

    def _bootstrap(self, var: Path, host: str, port: int, ports: Ports | None) -> dict[str, Any]:
        """Write var/sandbox.json: where everything is, and the keys that the first start made."""
        url = settings.BASE_URL if (host, port) == (HOST, settings.PORT) else f"http://{host}:{port}"
        facts: dict[str, Any] = {"url": url}
        if ports is not None:
            receiver_url = f"http://{HOST}:{ports.http}"
            facts |= import_string(BOOTSTRAP)(ports.smtp, receiver_url)
            facts |= {"smtp_port": ports.smtp, "receiver_url": receiver_url}
        else:
            import_string(MAIL)()
        facts |= {"database_url": settings.DATABASE_URL, "redis_url": settings.REDIS_URL}
        draft = var / "sandbox.json.new"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(facts, indent=2) + "\n")
        draft.replace(var / "sandbox.json")
        return facts

    def _welcome(self, facts: dict[str, Any]) -> None:
        self._say(f"Sette is ready: open {facts['url']}")
        if "admin_user" in facts:
            self._say(f"Log in as {facts['admin_user']} with the password {facts['admin_password']}")
        self._say("Ctrl-C stops it")

    def _say(self, what: str) -> None:
        self.stdout.write(f"{time.strftime('%H:%M:%S')} {what}")
        self.stdout.flush()


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
        parts.worker(places, environment),
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
