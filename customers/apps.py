"""The app `customers`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersApp(AppConfig):
    """Who they are."""

    name = "customers"
    verbose_name = _("People")

    def ready(self) -> None:
        """What becomes of orders and carts where two customers are one person, or turn out to be two."""
        from customers import merge, unmerge  # noqa: PLC0415 - models are not there before
        from customers.commerce import moving  # noqa: PLC0415

        merge.before_merge.append(moving.remember_commerce)
        merge.on_merge.append(moving.move_commerce)
        unmerge.on_unmerge.append(moving.part_commerce)
