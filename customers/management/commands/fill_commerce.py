"""`manage.py fill_commerce`: make orders, carts and products out of the events that are stored."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from customers.commerce.rebuild import count_reviews, rebuild_after


class Command(BaseCommand):
    """For events that came before there were such rows. It can be broken off, and said again."""

    help = _("Make orders, carts and products anew out of the stored events, part by part.")

    def handle(self, *_args: object, **_options: object) -> None:
        last, chunks = rebuild_after(0), 0
        while last is not None:
            chunks += 1
            self.stdout.write(f"up to customer {last}")
            last = rebuild_after(last)
        count_reviews()
        self.stdout.write(f"{chunks} parts are done.")
