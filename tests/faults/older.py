"""A worker of the release before: `celery -A tests.faults.older worker`. It does not know the newest step."""

from celery.signals import worker_init

from config.celery import app

NEWEST = "branch"


@worker_init.connect
def forget(**_facts: object) -> None:
    """Be older than that step."""
    from journeys.step import registry  # noqa: PLC0415 - Django must be set up

    registry.discover()
    del registry._known[NEWEST]


__all__ = ["app"]
