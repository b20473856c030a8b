"""The app `sandbox`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SandboxApp(AppConfig):
    """What an installation needs to be tried."""

    name = "sandbox"
    verbose_name = _("Sandbox")
