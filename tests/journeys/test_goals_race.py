"""Goals while others work on the same enrollments."""

import threading

import pytest
from django.db import transaction

from channels.models import Message
from customers.events import NewEvent, write_events
from journeys import engine
from journeys.models import Conversion, Enrollment
from journeys.trigger import listen
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, live, step
from tests.journeys.reaching import PAUSE, SIGNED_UP, ended, goal, reached
from tests.threads import at_once, until_waiting

pytestmark = pytest.mark.django_db


@pytest.mark.django_db(transaction=True)
def test_an_event_that_comes_while_the_engine_has_the_enrollment_is_not_lost():
    """The engine queues a message in a transaction that the listener waits for, and then withdraws it."""
    content("hello")
    version = live(
        step("rest", "wait", {"next": "hello"}, span="P1D"),
        step("hello", "send_email", content="hello"),
        goals=[goal()],
        trigger=SIGNED_UP,
    )
    row = enrolled(version, builders.customer(), visit=2, due_at=NOON + DAY)
    write_events([NewEvent(row.customer_id, "Paid", NOON + HOUR, {})], NOON + DAY)
    moved = threading.Event()

    def advance():
        with transaction.atomic():
            assert engine.advance(NOON + DAY) == 1
            moved.set()
            until_waiting(1)

    at_once(advance, lambda: moved.wait() and listen(NOON + DAY))

    assert reached() == [(row.pk, "paid", NOON + HOUR)]
    assert ended(row) == "goal:paid"
    assert list(Message.objects.values_list("state", "reason", "detail")) == [
        ("suppressed", "exited", "goal:paid")
    ]


@pytest.mark.django_db(transaction=True)
def test_an_event_that_is_heard_before_the_enrollment_can_be_seen_is_not_lost():
    version = live(PAUSE, trigger=SIGNED_UP, goals=[goal()])
    one = builders.customer()

    def hear():
        write_events([NewEvent(one.pk, "Paid", NOON + HOUR, {})], NOON + HOUR)
        listen(NOON + HOUR)

    with transaction.atomic():
        row = enrolled(version, one)
        at_once(hear)
    assert reached() == []

    engine.advance(NOON + HOUR)

    assert (ended(row), len(reached())) == ("goal:paid", 1)


@pytest.mark.django_db(transaction=True)
def test_many_listeners_and_engines_end_each_enrollment_once():
    content("hello")
    version = live(
        step("hello", "send_email", {"next": "hello2"}, content="hello", then="move_on"),
        step("hello2", "send_email", {"next": None}, content="hello"),
        trigger=SIGNED_UP,
        goals=[goal(exits=True), goal("each", once=False)],
    )
    rows = [enrolled(version, builders.customer()) for _ in range(40)]
    write_events([NewEvent(row.customer_id, "Paid", NOON + HOUR, {}) for row in rows for _ in range(2)], NOON)

    def listen_on():
        while listen(NOON + HOUR, limit=7):
            pass

    def advance():
        while engine.advance(NOON + HOUR, limit=3):
            pass

    at_once(*[listen_on, advance] * 3)
    advance()

    assert set(Enrollment.objects.values_list("standing", "exit_reason")) == {("ended", "goal:paid")}
    assert Conversion.objects.filter(goal="paid").count() == 40
    assert Conversion.objects.filter(goal="each").count() == 80
    assert not Message.objects.filter(state__in=["queued", "held", "sending"]).exists()
