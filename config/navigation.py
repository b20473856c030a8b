"""The sidebar, in the product's words: what the person may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups of links: people first, then what is designed for them, then the machinery."""
    shown = [(group, _allowed(request, items)) for group, items in _groups()]
    return [group | {"items": items} for group, items in shown if items]


def account(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - unfold hands the request over
    """The links of the user's menu."""
    return [
        {"title": _("Your settings"), "link": reverse_lazy("admin:my_settings")},
        {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
    ]


def _allowed(request: HttpRequest, items: list[tuple[str, dict[str, Any]]]) -> list[dict[str, Any]]:
    return [item for permission, item in items if not permission or request.user.has_perm(permission)]


def _groups() -> list[tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]]:
    return [
        ({}, [_page(_("Home"), "home", "index", "")]),
        (
            {"title": _("People")},
            [
                _list(_("Customers"), "groups", "customers.customer"),
                _list(_("Probable duplicates"), "group_work", "customers.duplicatepair"),
                _list(_("Segments"), "join_inner", "customers.segment"),
                _list(_("Stages"), "moving", "customers.stage"),
                _list(_("Orders"), "shopping_bag", "customers.order"),
                _list(_("Products"), "inventory_2", "customers.product"),
                _list(_("Imports"), "upload_file", "customers.import"),
                _list(_("Identifiers"), "fingerprint", "customers.identifierrule"),
                _list(_("Privacy"), "shield_person", "customers.privacyact"),
            ],
        ),
        (
            {"title": _("What they receive")},
            [
                _list(_("Journeys"), "route", "journeys.journey"),
                _list(_("Broadcasts"), "campaign", "campaigns.broadcast"),
                _list(_("Messages"), "mail", "channels.message"),
                _list(_("Caps"), "speed", "channels.cap"),
                _list(_("Contents"), "draft", "channels.content"),
                _list(_("Channels"), "cell_tower", "channels.channel"),
            ],
        ),
        (
            {"title": _("Installation"), "separator": True},
            [
                _page(_("First steps"), "flag", "first_steps", "customers.view_source"),
                _page(_("Inbox"), "inbox", "inbox", "channels.view_message"),
                _list(_("Sources"), "sensors", "customers.source"),
                _list(_("Publishing"), "fact_check", "journeys.publishingpolicy"),
                _list(_("API keys"), "key", "config.apikey"),
                _page(_("API reference"), "api", "api_reference", "config.view_apikey"),
                _list(_("Sweeps"), "schedule", "django_celery_beat.periodictask"),
                _list(_("Repairs"), "build", "customers.repairsweep"),
                _list(_("People who log in"), "badge", "auth.user"),
            ],
        ),
    ]


def _page(title: Any, icon: str, name: str, permission: str) -> tuple[str, dict[str, Any]]:
    return permission, {"title": title, "icon": icon, "link": reverse_lazy(f"admin:{name}")}


def _list(title: Any, icon: str, model: str) -> tuple[str, dict[str, Any]]:
    app, name = model.split(".")
    return _page(title, icon, f"{app}_{name}_changelist", f"{app}.view_{name}")
