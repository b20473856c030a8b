"""The Inbox, where all that the sandbox's receivers took can be read; and what the last replay did."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.pages import site
from insights.progress import SOURCES, Job
from sandbox import first_steps, views
from sandbox.models import Replay

__all__ = ["first_steps"]  # which registers itself
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
    replay = Replay.objects.filter(removed_at=None).order_by("-pk").first()
    if replay is None:
        return None
    whole = replay.ends_at - replay.starts_at
    figures = [(label, replay.summary[name]) for name, label in FIGURES.items() if name in replay.summary]
    percent = round(100 * (replay.reached_at - replay.starts_at) / whole) if whole else 100
    return {"replay": replay, "figures": figures, "percent": max(0, min(100, percent))}


def replays(_now: datetime) -> Iterator[Job]:
    """A replay that goes on."""
    for replay in Replay.objects.filter(finished_at=None).order_by("pk"):
        whole = replay.ends_at - replay.starts_at
        percent = round(100 * (replay.reached_at - replay.starts_at) / whole) if whole else 0
        note = gettext("has reached %(day)s") % {"day": date_format(replay.reached_at)}
        yield Job(
            gettext("Replay of %(name)s") % {"name": replay.name}, note, percent, reverse("admin:index")
        )


SOURCES.append(("sandbox.view_replay", replays))
site().add_panel("sandbox/replay.html", last_replay)
site().add_page("inbox/", views.inbox, "inbox", "channels.view_message")
site().add_page("inbox/<int:number>/shown/", views.shown, "inbox_shown", "channels.view_message")
