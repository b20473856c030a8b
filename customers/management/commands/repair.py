"""`manage.py repair`: ask everything of everybody now, and mend what is kept and not true."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from config import clock
from customers.repair import repair_all


class Command(BaseCommand):
    """For after an accident; day by day the sweep `customers.repair` does the same."""

    help = _("Look at every customer now, count and mend memberships and stages that are not true.")

    def handle(self, *_args: object, **_options: object) -> None:
        found = repair_all(clock.now())
        self.stdout.write(
            f"{found.customers} customers: {found.missing} members missing, {found.surplus} too many, "
            f"{found.misplaced} stages wrong."
        )
        for name, count in sorted(found.findings.items()):
            self.stdout.write(f"{count:>6}  {name}")
