"""The Celery application: it carries wake-ups, never state (see docs/architecture.md)."""

import os

from celery import Celery
from celery.signals import task_prerun, worker_before_create_process, worker_process_init
from django.conf import settings
from django.db import close_old_connections

from config.memory import bound_memory, spare_memory
from config.registry import Registry

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("sette")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_before_create_process.connect
def share_memory(**_facts: object) -> None:
    """Load all that the pool needs before it inherits it, and keep it out of garbage collection."""
    Registry.load()
    spare_memory()


@worker_process_init.connect
def take_no_more_memory(**_facts: object) -> None:
    """Have a row that wants endless memory fail, before the system ends whomever it likes."""
    bound_memory(settings.WORKER_MEGABYTES)


@task_prerun.connect
def keep_sound_connections(**_facts: object) -> None:
    """Begin a task on the connection of the last one, unless that broke (see CELERY_DB_REUSE_MAX)."""
    close_old_connections()
