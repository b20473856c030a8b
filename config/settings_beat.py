"""Settings of the process that only sends the sweeps: with the one app it reads, it takes half the memory."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = ["django_celery_beat"]
