"""Settings of the process that only sends the sweeps: with the one app that it reads, it is smaller."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = ["django_celery_beat"]
ROOT_URLCONF = ""  # it serves nothing, so there is nothing for Celery to check
