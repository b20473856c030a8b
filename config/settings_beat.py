"""Settings of the process that only sends the sweeps: with the one app it reads, it takes a third less memory."""

from config.settings import *  # noqa: F403

INSTALLED_APPS = ["django_celery_beat"]
ROOT_URLCONF = None  # it serves nothing, so there is nothing for Celery to check
