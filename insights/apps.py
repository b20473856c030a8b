"""The app `insights`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsApp(AppConfig):
    """What it all did."""

    name = "insights"
    verbose_name = _("Insights")

    def ready(self) -> None:
        """Who is erased is nobody's recent item any more."""
        from customers.privacy import on_erase  # noqa: PLC0415 - apps must be loaded
        from insights.recent import forget_erased  # noqa: PLC0415

        on_erase.append(forget_erased)
