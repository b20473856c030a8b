"""The app `campaigns`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CampaignsApp(AppConfig):
    """One content to many at once."""

    name = "campaigns"
    verbose_name = _("What they receive")

    def ready(self) -> None:
        """Have the segments to which a broadcast is still to go kept in use; rules ask about its messages."""
        from campaigns import uses  # noqa: PLC0415 - models must be loaded
        from campaigns.queries import suggested_broadcasts  # noqa: PLC0415
        from customers import segments, suggestions  # noqa: PLC0415
        from customers.rules.leaf import FAMILIES  # noqa: PLC0415

        FAMILIES.look_into("campaigns.rules")
        suggestions.SOURCES["broadcasts"] = suggested_broadcasts
        segments.users.append(uses.of_segments)
