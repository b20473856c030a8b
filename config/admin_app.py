"""The admin as an app among those installed; it is loaded before any model is."""

from django.contrib.admin.apps import SimpleAdminConfig


class SetteAdminConfig(SimpleAdminConfig):
    """Django's admin with our site in place of its own. Its pages are loaded with the routes."""

    default_site = "config.site.SetteSite"
