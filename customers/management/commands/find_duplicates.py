"""`manage.py find_duplicates`: the process of a search for probable duplicates that waits."""

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from config import clock
from customers.duplicates.work import conduct

GIVING_WAY = 10  # to what serves people and sends messages


class Command(BaseCommand):
    """Do a search that was asked for; a worker calls this."""

    help = _("Do a search for probable duplicates that was asked for and waits.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("id", type=int, help=_("The search's number."))

    def handle(self, *_args: object, **options: Any) -> None:
        os.nice(GIVING_WAY)
        if not conduct(options["id"], clock.now):
            raise CommandError(_("It does not wait any more."))
