"""What time is it? Only tasks, commands and views ask; everything below is handed `now`.

Time is real, unless a *rehearsal* is on: then it is a row that every process shares, which stands still until
it is set. A process that walks that clock (a replay) holds it as its *driver*: the workers of the same
installation then leave the work to it, so that each moment is finished before the next one begins.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from config.models import Clock

LEASE = timedelta(seconds=60)


class RehearsalOffError(RuntimeError):
    """The clock moves in a rehearsal only: set SETTE_REHEARSAL=1 where no real provider is set up."""


class ClockTakenError(RuntimeError):
    """Another process drives the clock; wait until it ends, or until its lease of a minute has run out."""


def now() -> datetime:
    """The present moment, aware, in UTC: real time, or where the rehearsal's clock stands."""
    return rehearsed() or timezone.now()


def rehearsed() -> datetime | None:
    """Where the rehearsal's clock stands; None while time is real."""
    if not settings.REHEARSAL:
        return None
    return Clock.objects.filter(pk=1).values_list("stands_at", flat=True).first()


def is_driven() -> bool:
    """Whether a driver holds the clock, so that workers must leave the work to it."""
    return bool(settings.REHEARSAL) and Clock.objects.filter(pk=1, driven_until__gt=Now()).exists()


STAND = """
    INSERT INTO config_clock (id, stands_at, driver) VALUES (1, %s, '')
    ON CONFLICT (id) DO UPDATE SET stands_at = excluded.stands_at
"""


def stand_at(moment: datetime | None) -> None:
    """Set the rehearsal's clock; None gives the time back to the wall."""
    if not settings.REHEARSAL:
        raise RehearsalOffError(RehearsalOffError.__doc__)
    with connection.cursor() as cursor:
        cursor.execute(STAND, [moment])


TAKE = """
    INSERT INTO config_clock (id, driver, driven_until)
    VALUES (1, %(driver)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (id) DO UPDATE SET driver = excluded.driver, driven_until = excluded.driven_until
    WHERE config_clock.driven_until IS NULL OR config_clock.driven_until < clock_timestamp()
       OR config_clock.driver = excluded.driver
"""


def drive(driver: str) -> None:
    """Take, or go on holding, the clock as `driver` for a minute; ClockTakenError where another holds it."""
    if not settings.REHEARSAL:
        raise RehearsalOffError(RehearsalOffError.__doc__)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"driver": driver, "seconds": LEASE.total_seconds()})
        if cursor.rowcount == 0:
            raise ClockTakenError(ClockTakenError.__doc__)


@contextmanager
def attended() -> Iterator[None]:
    """A worker's turn. In a rehearsal a driver waits for the turns that have begun (`alone`)."""
    if not settings.REHEARSAL:
        yield
        return
    _lock("SELECT pg_advisory_lock_shared(7, 4)")
    try:
        yield
    finally:
        _lock("SELECT pg_advisory_unlock_shared(7, 4)")


def alone() -> bool:
    """Whether no worker is in the middle of a turn. As soon as a driver holds the clock, none begins."""
    if _lock("SELECT pg_try_advisory_lock(7, 4)"):
        return _lock("SELECT pg_advisory_unlock(7, 4)")
    return False


def _lock(statement: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return bool(cursor.fetchone() == (True,))


def release(driver: str) -> None:
    """Give the clock back to the workers."""
    Clock.objects.filter(pk=1, driver=driver).update(driver="", driven_until=None)


@contextmanager
def driving(driver: str) -> Iterator[None]:
    """Hold the clock for the length of the block; renew by `drive` at least once a minute."""
    drive(driver)
    try:
        yield
    finally:
        release(driver)
