"""Changes of traits as events: real ones, of traits that somebody asks for."""

from datetime import timedelta

import pytest

from customers import trait_events
from customers.inbox import accept, drain
from customers.models import Event
from customers.tracking.calls import Call
from tests.builders import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(monkeypatch):
    """What is asked for."""
    paths = {"plan", "address.city", "time_zone"}
    monkeypatch.setattr(trait_events, "askers", [lambda: paths])
    return paths


def tell(*calls, kind="identify"):
    """Each of the calls is a moment after NOON and traits."""
    accept(
        [
            Call(
                kind=kind,
                message_id=f"{minutes}:{place}:{traits}",
                occurred_at=NOON + timedelta(minutes=minutes),
                identities={"external_id": "1"},
                traits=traits,
            )
            for place, (minutes, traits) in enumerate(calls)
        ],
        None,
        NOON + timedelta(hours=1),
    )
    while drain(NOON + timedelta(hours=1)):
        pass


def changes():
    rows = Event.objects.filter(name="$trait_changed").order_by("id")
    return [
        (row.properties["trait"], row.properties["from"], row.properties["to"], row.occurred_at)
        for row in rows
    ]


@pytest.mark.usefixtures("asked")
def test_change_is_told_once_with_both_values_and_its_time():
    tell((0, {"plan": "free", "shoe": 41}))
    tell((1, {"plan": "free"}), (2, {"plan": "gold"}), (3, {"plan": "gold"}))
    tell((4, {"plan": None}))

    assert changes() == [
        ("plan", None, "free", NOON),
        ("plan", "free", "gold", NOON + timedelta(minutes=2)),
        ("plan", "gold", None, NOON + timedelta(minutes=4)),
    ]


@pytest.mark.usefixtures("asked")
def test_word_that_comes_late_changes_nothing():
    tell((5, {"plan": "gold"}))
    tell((1, {"plan": "free"}))

    assert [change[:3] for change in changes()] == [("plan", None, "gold")]


@pytest.mark.usefixtures("asked")
def test_what_stands_deeper_and_the_columns_of_the_record_are_told_too():
    tell((0, {"address": {"city": "Roma", "zip": "1"}, "time_zone": "Europe/Rome"}))
    tell((1, {"address": {"city": "Roma", "zip": "2"}}), (2, {"time_zone": "America/New_York"}))

    assert [change[:3] for change in changes()] == [
        ("address.city", None, "Roma"),
        ("time_zone", None, "Europe/Rome"),
        ("time_zone", "Europe/Rome", "America/New_York"),
    ]


def test_nothing_is_told_where_nobody_asks():
    tell((0, {"plan": "free"}), (1, {"plan": "gold"}))

    assert changes() == []
