"""Caps and quiet hours as a sentence."""

from django.utils.translation import gettext as _

from channels.models import Cap, ChannelKind, QuietHours
from config.templatetags.sette import span_words


def cap_words(cap: Cap) -> str:
    """At most 3 in 7 days, all channels."""
    windows = {
        Cap.Window.ROLLING: _("At most %(limit)d in %(span)s")
        % {"limit": cap.limit, "span": span_words(cap.span)},
        Cap.Window.DAY: _("At most %(limit)d on one calendar day") % {"limit": cap.limit},
        Cap.Window.WEEK: _("At most %(limit)d in one calendar week") % {"limit": cap.limit},
        Cap.Window.MONTH: _("At most %(limit)d in one calendar month") % {"limit": cap.limit},
    }
    parts = [windows[Cap.Window(cap.window)], _channel_words(cap.channel)]
    if cap.topic:
        parts.append(_("about %(topic)s") % {"topic": cap.topic})
    if cap.stage:
        parts.append(_("in stage %(stage)s") % {"stage": cap.stage})
    return ", ".join(parts)


def quiet_words(quiet: QuietHours) -> str:
    """Nothing from 21:00 to 09:00 local time, all channels."""
    hours = {"start": f"{quiet.starts:%H:%M}", "end": f"{quiet.ends:%H:%M}"}
    return (
        _("Nothing from %(start)s to %(end)s, the customer's time") % hours
        + ", "
        + _channel_words(quiet.channel)
    )


def _channel_words(channel: str) -> str:
    return str(ChannelKind(channel).label) if channel else _("all channels")
