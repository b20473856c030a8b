"""Lists that belong together, as tabs above each of them: those that the person may open."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

GROUPS: list[list[tuple[Any, str]]] = [
    [
        (_("Caps"), "channels.cap"),
        (_("Quiet hours"), "channels.quiethours"),
        (_("Holdout"), "channels.holdout"),
    ],
    [
        (_("Sources"), "customers.source"),
        (_("Topics"), "customers.topic"),
        (_("Double opt-in"), "customers.doubleoptin"),
        (_("Suppressions"), "customers.suppression"),
        (_("Calls that failed"), "customers.inboxrow"),
    ],
    [(_("Identifiers"), "customers.identifierrule"), (_("Traits"), "customers.traitrule")],
    [(_("Record of privacy"), "customers.privacyact"), (_("Retention"), "customers.retention")],
    [
        (_("Sweeps"), "django_celery_beat.periodictask"),
        (_("Intervals"), "django_celery_beat.intervalschedule"),
        (_("Times of day"), "django_celery_beat.crontabschedule"),
    ],
    [(_("People who log in"), "auth.user"), (_("Roles"), "auth.group")],
]


def _tab(title: Any, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return {"title": title, "link": reverse_lazy(f"admin:{app}_{name}_changelist")}


def _may_look(request: HttpRequest, model: str) -> bool:
    app, name = model.split(".")
    return bool(request.user.has_perm(f"{app}.view_{name}"))


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """One group for each page that has several lists."""
    shown = [[tab for tab in group if _may_look(request, tab[1])] for group in GROUPS]
    return [
        {
            "models": [model for _title, model in group],
            "items": [_tab(title, model) for title, model in group],
        }
        for group in shown
    ]
