"""The app `channels`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsApp(AppConfig):
    """How a message reaches a person, and whether it may."""

    name = "channels"
    verbose_name = _("Channels")
