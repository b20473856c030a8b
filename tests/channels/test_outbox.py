"""Putting messages in and taking them out again."""

from datetime import timedelta

import pytest

from channels.gate import dispatch
from channels.ledger import Fates, fates
from channels.models import FateNotice, Message, PausedSource, Reason
from channels.outbox import (
    Candidate,
    cancel_source,
    pause_source,
    queue_messages,
    reconsider,
    resume_source,
    withdraw,
)
from tests.builders import DAY, HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def candidate(reader, what, **fields):
    fields = {"channel": what.channel, "source": "journey", "source_id": 1, "due_at": NOON} | fields
    return Candidate(customer_id=reader.id, content_id=what.id, **fields)


@pytest.fixture(autouse=True)
def channel(tmp_path):
    return rows.channel("email", str(tmp_path / "journal"))


def test_candidate_is_stored_as_it_is():
    reader, what = rows.reader(), rows.content(topic="news")

    made = queue_messages(
        [
            candidate(
                reader,
                what,
                topic="news",
                priority=70,
                context={"event": {"total": "9.90"}},
                enrollment_id=4,
                step="hello",
                visit=2,
                expires_at=NOON + DAY,
                on_cap="switch",
                fallbacks=[5, 6],
            )
        ],
        NOON,
    )

    stored = Message.objects.get()
    assert made == 1
    assert (stored.state, stored.topic, stored.priority, stored.due_at) == ("queued", "news", 70, NOON)
    assert (stored.context, stored.fallbacks, stored.on_cap) == (
        {"event": {"total": "9.90"}},
        [5, 6],
        "switch",
    )
    assert (stored.enrollment_id, stored.step, stored.visit) == (4, "hello", 2)
    assert (stored.expires_at, stored.created_at) == (NOON + DAY, NOON)


def test_one_visit_of_a_step_makes_one_message():
    reader, what = rows.reader(), rows.content()
    visit = candidate(reader, what, enrollment_id=4, step="hello", visit=1)

    assert queue_messages([visit, visit], NOON) == 1
    assert queue_messages([visit], NOON) == 0
    assert queue_messages([candidate(reader, what, enrollment_id=4, step="hello", visit=2)], NOON) == 1


def test_one_member_of_a_broadcast_gets_one_message():
    reader, what = rows.reader(), rows.content()
    member = candidate(reader, what, source="broadcast")

    assert queue_messages([member, member], NOON) == 1
    assert queue_messages([], NOON) == 0


def test_withdrawn_messages_do_not_go():
    reader, what = rows.reader(), rows.content()
    queue_messages([candidate(reader, what, enrollment_id=number) for number in (4, 5)], NOON)

    assert withdraw({4: "bought"}, Reason.EXITED, NOON) == 1
    dispatch("email", NOON)

    assert list(Message.objects.order_by("enrollment_id").values_list("state", "reason", "detail")) == [
        ("suppressed", "exited", "bought"),
        ("sent", "", ""),
    ]
    assert list(FateNotice.objects.values_list("enrollment_id", flat=True)) == [5]


def test_withdrawn_message_leaves_its_place_to_others():
    rows.cap(1, span=WEEK)
    reader, what = rows.reader(), rows.content()
    queue_messages(
        [candidate(reader, what, enrollment_id=4, priority=90, due_at=NOON + HOUR), candidate(reader, what)],
        NOON,
    )
    dispatch("email", NOON)
    assert fates("journey") == Fates(queued=1, held=1)

    withdraw({4: ""}, Reason.EXITED, NOON)
    dispatch("email", NOON)

    assert fates("journey") == Fates(sent=1, suppressed=1)


def test_paused_source_waits_until_it_is_resumed():
    reader, what = rows.reader(), rows.content()
    queue_messages([candidate(reader, what)], NOON)

    assert pause_source("journey", 1) == 1
    queue_messages([candidate(reader, what)], NOON)
    dispatch("email", NOON)
    assert list(rows.states().values()) == [("held", "paused"), ("held", "paused")]
    pause_source("journey", 1)
    assert PausedSource.objects.count() == 1

    assert resume_source("journey", 1, NOON) == 2
    dispatch("email", NOON)
    assert fates("journey") == Fates(sent=2)


def test_other_sources_go_on_while_one_is_paused():
    reader, what = rows.reader(), rows.content()
    queue_messages([candidate(reader, what, source_id=number) for number in (1, 2)], NOON)
    pause_source("journey", 1)

    dispatch("email", NOON)

    assert fates("journey", 1) == Fates(held=1)
    assert fates("journey", 2) == Fates(sent=1)


def test_cancelled_source_is_closed_and_its_enrollments_are_told():
    reader, what = rows.reader(), rows.content()
    queue_messages([candidate(reader, what, enrollment_id=4), candidate(reader, what)], NOON)
    pause_source("journey", 1)

    assert cancel_source("journey", 1, NOON, "by hand") == 2

    assert set(Message.objects.values_list("state", "reason", "detail")) == {
        ("suppressed", "withdrawn", "by hand")
    }
    assert FateNotice.objects.values_list("enrollment_id", "fate").get() == (4, "suppressed")
    assert not PausedSource.objects.exists()


def test_reconsider_looks_at_what_a_cap_holds_and_at_nothing_else():
    reader, what = rows.reader(), rows.content()
    capped = rows.message(reader, what, NOON + DAY, state="held", reason="cap")
    quiet = rows.message(reader, what, NOON + DAY, state="held", reason="quiet_hours")

    assert reconsider([reader.id], NOON) == 1
    assert reconsider([], NOON) == 0

    assert dict(Message.objects.values_list("id", "due_at")) == {capped.id: NOON, quiet.id: NOON + DAY}
