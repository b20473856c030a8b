"""Each invariant's query finds what breaks it, and nothing where all is well."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from campaigns.models import Broadcast
from channels.models import Message
from channels.outbox import pause_source
from customers.models import RepairSweep, Segment
from insights.invariants import QUERIES, broken
from journeys.models import EventCursor, StepLog
from tests import builders
from tests.builders import DAY, NOON
from tests.channels import rows
from tests.journeys.builders import enrolled, live, step

pytestmark = pytest.mark.django_db


def without(table, name, kind="CONSTRAINT"):
    """Take away the constraint or index that forbids the rows; the test's transaction brings it back."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        statement = f"DROP INDEX {name}" if kind == "INDEX" else f"ALTER TABLE {table} DROP CONSTRAINT {name}"
        cursor.execute(statement)


def message(**fields):
    return rows.message(builders.customer(), rows.content(slug=f"c{uuid4().hex[:8]}"), **fields)


def two_messages_of_a_visit():
    without("", "one_message_per_visit", "INDEX")
    for _ in range(2):
        message(enrollment_id=1, step="hello", visit=1)


def two_messages_of_a_member():
    without("", "one_message_per_member", "INDEX")
    first = message(source="broadcast", source_id=1)
    rows.message(first.customer, first.content, source="broadcast", source_id=1)


def two_enrollments():
    without("", "one_live_enrollment", "INDEX")
    version, customer = live(step("wait", "wait", span="P1D")), builders.customer()
    enrolled(version, customer)
    enrolled(version, customer)


def call_twice():
    customer = builders.customer()
    for source_id in (None, None):
        builders.event(customer, message_id="m1", source_id=source_id)


def visit_without_message():
    StepLog.objects.create(
        enrollment_id=1,
        customer=builders.customer(),
        version=live(step("wait", "wait", span="P1D")),
        step="hello",
        visit=1,
        branch="sent",
        reached_at=NOON,
        left_at=NOON,
    )


def message_nobody_looks_at():
    message(due_at=None)


def sending_without_a_lease():
    message(state="sending", due_at=None, slot_at=NOON)


def forgotten_lease():
    message(
        state="sending", due_at=None, slot_at=NOON, lease_token=uuid4(), lease_until=NOON - timedelta(days=1)
    )


def sent_without_a_slot():
    message(state="sent", due_at=None, closed_at=NOON)


def fate_without_a_time():
    message(state="failed", due_at=None)


def unfinished_broadcast():
    segment = Segment.objects.create(slug="all", name="all")
    broadcast = Broadcast.objects.create(
        name="sale", segment=segment, content=rows.content(slug="sale"), state="finished"
    )
    message(source="broadcast", source_id=broadcast.pk)


def listener_ahead():
    EventCursor.objects.create(name="journeys", last_event_id=1 << 40)


def repaired():
    RepairSweep.objects.create(started_at=NOON, missing=1)


BREAKS = {
    "a second message of one visit of a step": two_messages_of_a_visit,
    "a second message of one member of a broadcast": two_messages_of_a_member,
    "a second live enrollment of one key": two_enrollments,
    "a call that took effect twice": call_twice,
    "a passed visit of a send step without its message": visit_without_message,
    "an open message that nothing will look at": message_nobody_looks_at,
    "a message that is sending without a lease": sending_without_a_lease,
    "a lease that ran out and was not reaped": forgotten_lease,
    "a message that may have gone out and counts in no cap": sent_without_a_slot,
    "a message with a fate and no time of it": fate_without_a_time,
    "a finished broadcast with something left to send": unfinished_broadcast,
    "a listener that is ahead of the events": listener_ahead,
    "a membership or stage that the latest repairs found wrong": repaired,
}


def test_a_sound_installation_breaks_nothing():
    customer = builders.customer()
    for at in (NOON, NOON + 3 * DAY):  # message ids are remembered for two days
        builders.event(customer, at=at, message_id="m1")
    pause_source("journey", 7)
    message(source_id=7, due_at=None, state="held", reason="paused")
    message(state="sent", due_at=None, slot_at=NOON, closed_at=NOON)

    assert set(broken(NOON).values()) == {0}


def test_every_query_is_tried():
    assert BREAKS.keys() == QUERIES.keys()


@pytest.mark.parametrize("name", BREAKS)
def test_invariant_that_is_broken_is_counted(name):
    BREAKS[name]()

    assert broken(NOON)[name] == 1


def test_message_over_a_cap_and_an_enrollment_that_nothing_moves_are_counted():
    rows.cap(1, span=DAY, name="one")
    of = builders.customer()
    for _ in range(2):
        rows.message(of, rows.content(slug=uuid4().hex[:8]), None, state="sent", slot_at=NOON, closed_at=NOON)
    enrolled(live(step("wait", "wait", span="P1D")), of, standing="message", due_at=None)

    found = broken(NOON)

    assert found["a message over a cap"] == 1
    assert found["an enrollment that nothing will move"] == 1
    assert Message.objects.count() == 2
