"""The app `journeys`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysApp(AppConfig):
    """Who gets what, when."""

    name = "journeys"
    verbose_name = _("Journeys")
