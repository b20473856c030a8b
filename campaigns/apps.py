"""The app `campaigns`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsApp(AppConfig):
    """One content to many at once."""

    name = "campaigns"
    verbose_name = _("Campaigns")
