"""The app `journeys`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysApp(AppConfig):
    """Who gets what, when."""

    name = "journeys"
    verbose_name = _("Journeys")

    def ready(self) -> None:
        """Have a say when customers are merged."""
        from customers.merge import on_merge  # noqa: PLC0415 - models are loaded by now
        from journeys.merge import merge_enrollments  # noqa: PLC0415 - the same

        if merge_enrollments not in on_merge:
            on_merge.append(merge_enrollments)
