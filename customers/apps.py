"""The app `customers`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CustomersApp(AppConfig):
    """Who they are."""

    name = "customers"
    verbose_name = _("People")
