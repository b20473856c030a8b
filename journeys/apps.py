"""The app `journeys`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysApp(AppConfig):
    """Who gets what, when."""

    name = "journeys"
    verbose_name = _("Journeys")

    def ready(self) -> None:
        """Have customers' merges, erasures and copies take their enrollments along, before their messages.

        And have what journeys name kept from being deleted under them, and rules ask about their messages.
        """
        from channels import contents  # noqa: PLC0415 - models must be loaded
        from customers import merge, privacy, segments, suggestions  # noqa: PLC0415
        from customers.rules.leaf import FAMILIES  # noqa: PLC0415
        from journeys import ownership, uses  # noqa: PLC0415
        from journeys.queries import suggested_journeys  # noqa: PLC0415

        merge.on_merge.insert(0, ownership.merge_enrollments)
        privacy.on_erase.insert(0, ownership.erase_enrollments)
        privacy.on_export["journeys"] = ownership.export_enrollments
        FAMILIES.look_into("journeys.rules")
        suggestions.SOURCES["journeys"] = suggested_journeys
        segments.users.append(uses.of_segments)
        contents.users.append(uses.of_contents)
