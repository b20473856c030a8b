from datetime import timedelta

import pytest
from django_celery_beat.models import PeriodicTask

from config.sweeps import ensure_sweep, ensure_sweeps, known_sweeps
from config.work import pieces

pytestmark = pytest.mark.django_db


def test_every_sweep_is_made_by_migrate_and_wakes_known_work():
    made = set(PeriodicTask.objects.values_list("name", flat=True))

    assert known_sweeps().keys() <= made
    assert known_sweeps().keys() - {"work.look", "people.tell"} == {work.name for work in pieces()}


def test_sweep_may_come_more_than_once_a_second():
    ensure_sweep("often", "customers.drain", timedelta(seconds=0.5))

    assert PeriodicTask.objects.get(name="often").interval.schedule.run_every == timedelta(seconds=0.5)


def test_sweep_that_somebody_changed_is_left_as_it_is():
    PeriodicTask.objects.filter(name="customers.drain").update(enabled=False, expire_seconds=99)

    ensure_sweeps()

    kept = PeriodicTask.objects.get(name="customers.drain")
    assert (kept.enabled, kept.expire_seconds) == (False, 99)
