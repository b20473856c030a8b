"""The app `customers`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersApp(AppConfig):
    """Who they are."""

    name = "customers"
    verbose_name = _("People")

    def ready(self) -> None:
        """What becomes of orders and carts where two customers are one person."""
        from customers.commerce.moving import move_commerce  # noqa: PLC0415 - models are not there before
        from customers.merge import on_merge  # noqa: PLC0415

        on_merge.append(move_commerce)
