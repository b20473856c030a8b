"""`manage.py receive`: the local receivers of mail, SMS, push and webhooks."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from sandbox.receivers.__main__ import main


class Command(BaseCommand):
    """Receive what Sette sends in the sandbox, on loopback, until Ctrl-C."""

    help = _("Receive what Sette sends in the sandbox: SMTP and HTTP on loopback.")
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--smtp-port", type=int, default=0, help=_("Port of SMTP; 0 takes a free one."))
        parser.add_argument("--http-port", type=int, default=0, help=_("Port of HTTP; 0 takes a free one."))

    def handle(self, *_args: object, **options: object) -> None:
        ports = ["--smtp-port", str(options["smtp_port"]), "--http-port", str(options["http_port"])]
        main(["--var", str(settings.VAR), *ports])
