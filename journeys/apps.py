"""The app `journeys`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JourneysApp(AppConfig):
    """Who gets what, when."""

    name = "journeys"
    verbose_name = _("What they receive")

    def ready(self) -> None:
        """Have customers' merges, erasures and copies take their enrollments along, before their messages.

        And have what journeys name kept from being deleted under them, rules ask about their messages, and
        changes told of the traits that triggers watch. And those who import warned of what begins by it.
        """
        from channels import contents  # noqa: PLC0415 - models must be loaded
        from config import notices  # noqa: PLC0415
        from customers import merge, privacy, segments, suggestions, trait_events, unmerge  # noqa: PLC0415
        from customers.imports import services as imports  # noqa: PLC0415
        from customers.rules.leaf import FAMILIES  # noqa: PLC0415
        from journeys import listening, ownership, uses  # noqa: PLC0415
        from journeys import notices as told  # noqa: PLC0415
        from journeys.entrances import watched_traits  # noqa: PLC0415
        from journeys.queries import suggested_journeys  # noqa: PLC0415

        merge.before_merge.append(ownership.remember_enrollments)
        merge.on_merge.insert(0, ownership.merge_enrollments)
        unmerge.on_unmerge.append(ownership.unmerge_enrollments)
        privacy.on_erase.insert(0, ownership.erase_enrollments)
        privacy.on_export["journeys"] = ownership.export_enrollments
        privacy.on_export["dates_of_journeys"] = ownership.export_dates
        FAMILIES.look_into("journeys.rules")
        suggestions.SOURCES["journeys"] = suggested_journeys
        segments.users.append(uses.of_segments)
        contents.users.append(uses.of_contents)
        trait_events.askers.append(watched_traits)
        imports.listeners.append(listening.set_off_by)
        notices.register(told.of_journeys)
