"""`manage.py invariants`: is anything broken that must always hold? Exit code 1 if so."""

import json

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from config import clock
from insights.invariants import broken


class Command(BaseCommand):
    """For a monitor, and for the tests that kill processes."""

    help = _("Count what breaks each invariant; all must be 0.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help=_("As one JSON object."))

    def handle(self, *_args: object, **options: bool) -> None:
        found = broken(clock.now())
        lines = [f"{count:>6}  {name}" for name, count in found.items()]
        self.stdout.write(json.dumps(found) if options["json"] else "\n".join(lines))
        if any(found.values()):
            raise SystemExit(1)
