"""The app of what all others stand on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class ConfigApp(AppConfig):
    """Holds the clock's row, the API keys and the state of long-running drivers."""

    name = "config"
    verbose_name = _("Installation")

    def ready(self) -> None:
        """Make every app's work known to this process, and its sweeps to beat after a `migrate`."""
        from config import celery  # noqa: F401, PLC0415 - the app that tasks belong to
        from config.roles import ensure_roles, last_app_of_migrate  # noqa: PLC0415 - apps must be loaded
        from config.sweeps import ensure_sweeps  # noqa: PLC0415

        autodiscover_modules("tasks")
        post_migrate.connect(ensure_sweeps, sender=self, dispatch_uid="sette.sweeps")
        post_migrate.connect(ensure_roles, sender=last_app_of_migrate(), dispatch_uid="sette.roles")
