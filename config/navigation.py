"""The sidebar, in the product's words."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - unfold hands the request over
    """Groups of links: people first, then what is designed for them, then the machinery."""
    return [
        {"items": [_link(_("Dashboard"), "space_dashboard", "admin:index")]},
        {
            "title": _("People"),
            "items": [
                _link(_("Customers"), "groups", "admin:customers_customer_changelist"),
                _link(_("Segments"), "join_inner", "admin:customers_segment_changelist"),
                _link(_("Stages"), "moving", "admin:customers_stage_changelist"),
            ],
        },
        {
            "title": _("What they receive"),
            "items": [
                _link(_("Journeys"), "route", "admin:journeys_journey_changelist"),
                _link(_("Broadcasts"), "campaign", "admin:campaigns_broadcast_changelist"),
                _link(_("Messages"), "mail", "admin:channels_message_changelist"),
                _link(_("Caps"), "speed", "admin:channels_cap_changelist"),
                _link(_("Content"), "draft", "admin:channels_content_changelist"),
                _link(_("Channels"), "cell_tower", "admin:channels_channel_changelist"),
            ],
        },
        {
            "title": _("Installation"),
            "separator": True,
            "items": [
                _link(_("Inbox"), "inbox", "admin:inbox"),
                _link(_("Sources"), "sensors", "admin:customers_source_changelist"),
                _link(_("API keys"), "key", "admin:config_apikey_changelist"),
                _link(_("Sweeps"), "schedule", "admin:django_celery_beat_periodictask_changelist"),
                _link(_("Repairs"), "build", "admin:customers_repairsweep_changelist"),
                _link(_("People who log in"), "badge", "admin:auth_user_changelist"),
            ],
        },
    ]


def _link(title: Any, icon: str, view: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(view)}
