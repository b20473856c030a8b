"""The app `channels`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ChannelsApp(AppConfig):
    """How a message reaches a person, and whether it may."""

    name = "channels"
    verbose_name = _("What they receive")

    def ready(self) -> None:
        """Have customers' merges, erasures and copies take their messages along; rules ask about messages."""
        from channels import library as ready  # noqa: PLC0415 - models must be loaded
        from channels import merged_preferences, ownership  # noqa: PLC0415
        from channels import notices as told  # noqa: PLC0415
        from config import notices  # noqa: PLC0415
        from customers import library, merge, privacy, unmerge  # noqa: PLC0415
        from customers.rules.leaf import FAMILIES  # noqa: PLC0415

        FAMILIES.look_into("channels.rules")
        library.more.append(ready.ready_segments)
        notices.register(told.ailing_channels)
        merge.before_merge.append(ownership.remember_messages)
        merge.on_merge.append(ownership.move_messages)
        unmerge.on_unmerge.append(ownership.unmerge_messages)
        merge.before_merge.append(merged_preferences.remember_preferences)
        merge.on_merge.append(merged_preferences.move_preferences)
        unmerge.on_unmerge.append(merged_preferences.part_preferences)
        privacy.on_erase.append(ownership.erase_messages)
        privacy.on_export["messages"] = ownership.export_messages
        privacy.on_export["preferences"] = ownership.export_preferences
