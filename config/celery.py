"""The Celery application: it carries wake-ups, never state (see docs/architecture.md)."""

import os

from celery import Celery
from celery.signals import task_prerun, worker_before_create_process
from django.db import close_old_connections

from config.memory import spare_memory

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("sette")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def freeze_memory(**_facts: object) -> None:
    """Keep what the pool inherits out of garbage collection, so that its processes go on sharing it."""
    spare_memory()


@task_prerun.connect
def keep_sound_connections(**_facts: object) -> None:
    """Begin a task on the connection of the last one, unless that broke (see CELERY_DB_REUSE_MAX)."""
    close_old_connections()
