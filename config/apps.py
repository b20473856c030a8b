"""The app of what all others stand on."""

from django.apps import AppConfig


class ConfigApp(AppConfig):
    """Holds the clock's row, the API keys and the state of long-running drivers."""

    name = "config"
    verbose_name = "Sette"
