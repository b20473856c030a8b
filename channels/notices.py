"""What of channels is told to people by e-mail."""

from collections.abc import Iterator
from datetime import datetime

from django.urls import reverse

from channels.health import channel_days
from config.notices import Found, Kind

AILING = {"late", "failing"}


def ailing_channels(now: datetime) -> Iterator[Found]:
    """Those that fail, or don't send what is due."""
    path = reverse("admin:channels_channel_changelist")
    for day in channel_days(now):
        if day.health in AILING:
            yield Found(
                Kind.PROVIDER, f"{day.channel.kind}.{day.health}", day.channel.get_kind_display(), path
            )
