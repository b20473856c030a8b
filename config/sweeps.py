"""Beat's sweeps: what stands behind the wake-ups, as periodic tasks that the admin shows and sets.

Each app lists its own in its `tasks.py`: `SWEEPS = {"customers.drain": timedelta(seconds=2)}`, the name of
a registered piece of work and how often to look. After each `migrate` the ones that are missing are made; one
that is there is left as it is, for somebody may have changed it or switched it off.
"""

from collections.abc import Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import connections
from django.utils.module_loading import module_has_submodule

MICROSECOND = timedelta(microseconds=1)
SECOND = timedelta(seconds=1)


def ensure_sweep(name: str, task: str, every: timedelta) -> None:
    """Make the periodic task `name` unless there is one of that name, whatever it says."""
    from django_celery_beat.models import IntervalSchedule, PeriodicTask  # noqa: PLC0415 - needs its app loaded

    if PeriodicTask.objects.filter(name=name).exists():
        return
    whole = every % SECOND == timedelta(0)
    schedule, _ = IntervalSchedule.objects.get_or_create(
        every=every // (SECOND if whole else MICROSECOND),
        period=IntervalSchedule.SECONDS if whole else IntervalSchedule.MICROSECONDS,
    )
    expires = max(2, int(every.total_seconds() * 2))  # a sweep that no worker took is replaced by the next
    PeriodicTask.objects.create(name=name, task=task, interval=schedule, expire_seconds=expires)


def known_sweeps() -> Mapping[str, timedelta]:
    """Work → how often beat looks for it, from the `SWEEPS` of every app's `tasks.py`."""
    sweeps: dict[str, timedelta] = {}
    for app in apps.get_app_configs():
        if app.module is not None and module_has_submodule(app.module, "tasks"):
            sweeps |= getattr(import_module(f"{app.name}.tasks"), "SWEEPS", {})
    return sweeps


def ensure_sweeps(using: str = "default", **_signal: Any) -> None:
    """Make each known sweep that is missing; called after `migrate`, when all tables are there."""
    if "django_celery_beat_periodictask" in connections[using].introspection.table_names():
        for name, every in known_sweeps().items():
            ensure_sweep(name, name, every)
