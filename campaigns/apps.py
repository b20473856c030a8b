"""The app `campaigns`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsApp(AppConfig):
    """One content to many at once."""

    name = "campaigns"
    verbose_name = _("Campaigns")

    def ready(self) -> None:
        """Have the segments to which a broadcast is still to go kept in use."""
        from campaigns import uses  # noqa: PLC0415 - models must be loaded
        from customers import segments  # noqa: PLC0415

        segments.users.append(uses.of_segments)
