"""The Celery application: it carries wake-ups, never state (see docs/architecture.md)."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("sette")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
