"""Lists that belong together, as tabs above each of them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _tab(title: Any, model: str) -> dict[str, Any]:
    app, name = model.split(".")
    return {"title": title, "link": reverse_lazy(f"admin:{app}_{name}_changelist")}


def _group(*tabs: tuple[Any, str]) -> dict[str, Any]:
    return {
        "models": [model for _title, model in tabs],
        "items": [_tab(title, model) for title, model in tabs],
    }


def tabs(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001 - unfold hands the request over
    """One group for each page that has several lists."""
    return [
        _group((_("Caps"), "channels.cap"), (_("Quiet hours"), "channels.quiethours")),
        _group(
            (_("Sources"), "customers.source"),
            (_("Topics"), "customers.topic"),
            (_("Exclusions"), "customers.suppression"),
            (_("Calls that failed"), "customers.inboxrow"),
        ),
        _group(
            (_("Sweeps"), "django_celery_beat.periodictask"),
            (_("Intervals"), "django_celery_beat.intervalschedule"),
            (_("Times of day"), "django_celery_beat.crontabschedule"),
        ),
        _group((_("People who log in"), "auth.user"), (_("Roles"), "auth.group")),
    ]
