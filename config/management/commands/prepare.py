"""`manage.py prepare`: what `serve` needs done by a process that has loaded all of Sette."""

import json
import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from config.embedded.places import Places
from config.roles import ensure_roles

# By name: config imports no other app.
BOOTSTRAP = "sandbox.bootstrap.bootstrap"
MAIL = "channels.defaults.ensure_mail"


class Command(BaseCommand):
    """Make the tables and what a first start needs, and write down where everything is."""

    help = _("Bring the tables up to date, make what a first start needs, and write var/sandbox.json.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default=settings.BASE_URL, help=_("Where the pages are."))
        parser.add_argument("--smtp-port", type=int, help=_("The port of the sandbox's mailbox."))
        parser.add_argument("--receiver-url", default="", help=_("Where the sandbox's receivers are."))

    def handle(self, *_args: object, url: str, smtp_port: int | None, receiver_url: str, **_opt: Any) -> None:
        self._migrate()
        ensure_roles()
        facts: dict[str, Any] = {"url": url}
        if smtp_port is not None:
            facts |= import_string(BOOTSTRAP)(smtp_port, receiver_url)
            facts |= {"smtp_port": smtp_port, "receiver_url": receiver_url}
        else:
            import_string(MAIL)()
        facts |= {"database_url": settings.DATABASE_URL, "redis_url": settings.REDIS_URL}
        target = Places(settings.VAR).facts
        draft = target.with_suffix(".new")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(facts, indent=2) + "\n")
        draft.replace(target)

    def _migrate(self) -> None:
        """Bring the tables up to date where they are not."""
        try:
            executor = MigrationExecutor(connection)
        except OperationalError as error:
            raise CommandError(
                _("DATABASE_URL names a database that does not answer: %(error)s") % {"error": error}
            ) from error
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"{time.strftime('%H:%M:%S')} Making the tables")
            self.stdout.flush()
            call_command("migrate", interactive=False, verbosity=0)
