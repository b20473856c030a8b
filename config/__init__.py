"""Settings, urls, Celery, the clock, registries: what every app stands on. Imports none of them by name."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
