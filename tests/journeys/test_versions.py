"""A process of the release before leaves to newer ones what it can not read."""

from datetime import timedelta

import pytest

from customers.events import NewEvent, write_events
from journeys import versions
from journeys.engine import advance
from journeys.models import Enrollment
from journeys.step import registry
from journeys.trigger import listen
from journeys.versions import unless_outdated
from tests import builders
from tests.builders import HOUR, NOON
from tests.journeys.builders import live, step

pytestmark = pytest.mark.django_db


@pytest.fixture
def older(monkeypatch):
    """This process is older than the step `wait_until`; returns what makes it new again."""

    def start_anew():
        monkeypatch.setattr(versions, "_graphs", {})
        monkeypatch.setattr(versions, "_seen", versions.Seen())

    start_anew()
    registry.discover()
    monkeypatch.setattr(registry, "_known", {k: v for k, v in registry._known.items() if k != "wait_until"})

    def renew():
        monkeypatch.undo()
        start_anew()

    return renew


def happens(customer):
    write_events([NewEvent(customer.pk, "Order Completed", NOON, {})], NOON)


def publish():
    return live(step("wait", "wait", {"next": None}, span="P1D"))


def test_older_process_leaves_events_and_enrollments_to_newer_ones(older):
    version = publish()
    customer = builders.customer()
    version.graph["steps"][0] |= {"kind": "wait_until", "settings": {"at": "09:00"}}
    version.save()
    happens(customer)

    assert unless_outdated(listen)(NOON) == 0
    assert not Enrollment.objects.exists()

    older()
    assert unless_outdated(listen)(NOON) == 1
    assert unless_outdated(advance)(NOON) == 1
    assert Enrollment.objects.values_list("standing", "attempts").get() == ("due", 0)


def test_version_that_nobody_can_read_any_more_holds_up_the_others_for_an_hour_only(older):  # noqa: ARG001
    broken = publish()
    broken.graph["steps"][0] |= {"kind": "wait_until", "settings": {"at": "09:00"}}
    broken.save()
    happens(builders.customer())

    assert unless_outdated(listen)(NOON + HOUR - timedelta(seconds=1)) == 0
    assert unless_outdated(listen)(NOON + HOUR) == 1


def test_newer_versions_are_looked_at_once(older, django_assert_num_queries):
    older()
    publish()
    run = unless_outdated(lambda _now: 1)
    run(NOON)

    with django_assert_num_queries(1):
        assert run(NOON) == 1
