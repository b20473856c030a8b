"""The app `insights`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InsightsApp(AppConfig):
    """What it all did."""

    name = "insights"
    verbose_name = _("Insights")
