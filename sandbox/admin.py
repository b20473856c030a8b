"""The Inbox, where all that the sandbox's receivers took can be read; and what the last replay did."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from config.pages import site
from sandbox import views
from sandbox.models import Replay

FIGURES = {
    "customers": _("customers"),
    "events": _("events"),
    "stage_moves": _("moves between stages"),
    "orders": _("orders"),
    "orders_after_messages": _("orders within 7 days of a message"),
    "held_by_caps": _("messages that caps made wait"),
    "dropped_by_caps": _("messages that caps dropped"),
}


def last_replay(now: datetime) -> dict[str, Any] | None:  # noqa: ARG001 - a panel's shape
    """The replay that was begun last, how far it is, and its figures."""
    replay = Replay.objects.order_by("-pk").first()
    if replay is None:
        return None
    whole = replay.ends_at - replay.starts_at
    figures = [(label, replay.summary[name]) for name, label in FIGURES.items() if name in replay.summary]
    percent = round(100 * (replay.reached_at - replay.starts_at) / whole) if whole else 100
    return {"replay": replay, "figures": figures, "percent": max(0, min(100, percent))}


site().add_panel("sandbox/replay.html", last_replay)
site().add_page("inbox/", views.inbox, "inbox", "channels.view_message")
site().add_page("inbox/<int:number>/shown/", views.shown, "inbox_shown", "channels.view_message")
