"""The gate on real rows: each verdict, what is written for it, and what the provider got."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from channels.gate import dispatch
from channels.ledger import Fates, fates, over_cap
from channels.models import Channel, FateNotice, Message
from channels.providers.journal import read_journal
from customers.models import Suppression
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def journal(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.channel("sms", path)
    return path


def test_message_that_may_go_is_sent_and_recorded(journal):
    sent = rows.message(rows.reader(), rows.content())

    assert dispatch("email", NOON) == 1

    sent.refresh_from_db()
    assert [line["id"] for line in read_journal(journal)] == [str(sent.public_id)]
    assert (sent.state, sent.reason, sent.due_at, sent.attempts) == ("sent", "", None, 1)
    assert (sent.slot_at, sent.sent_at, sent.closed_at) == (NOON, NOON, NOON)
    assert (sent.lease_token, sent.provider_id) == (None, f"journal-{sent.public_id}")
    assert dispatch("email", NOON) == 0


def test_message_that_is_not_due_stays(journal):
    rows.message(rows.reader(), rows.content(), NOON + HOUR)

    assert dispatch("email", NOON) == 0
    assert read_journal(journal) == []


@pytest.mark.parametrize(
    ("consents", "suppressed", "fields", "reason"),
    [
        (("sms",), False, {}, "no_consent"),
        (("email",), True, {}, "suppressed_address"),
        (("email",), True, {"is_transactional": True}, "suppressed_address"),
        (("email",), False, {"expires_at": NOON}, "expired"),
    ],
)
def test_message_that_may_not_go_is_closed_with_its_reason(journal, consents, suppressed, fields, reason):
    message = rows.message(rows.reader(consents=consents), rows.content(), **fields)
    if suppressed:
        Suppression.objects.create(kind="email", value="c1@example.com", reason="bounced", created_at=NOON)

    dispatch("email", NOON)

    message.refresh_from_db()
    assert (message.state, message.reason) == ("suppressed", reason)
    assert (message.slot_at, message.closed_at) == (None, NOON)
    assert read_journal(journal) == []


def test_message_without_an_address_or_channel_is_closed():
    nobody = rows.message(builders.customer(), rows.content())
    dispatch("email", NOON)
    Channel.objects.update(is_active=False)
    off = rows.message(rows.reader(), rows.content("sms"))
    dispatch("sms", NOON)

    assert rows.states() == {nobody.id: ("suppressed", "no_address"), off.id: ("suppressed", "channel_off")}


def test_transactional_message_needs_no_consent_and_takes_no_slot():
    rows.cap(1, span=WEEK)
    rows.quiet("00:00", "23:59")
    reader, what = rows.reader(consents=()), rows.content()
    for _number in range(2):
        rows.message(reader, what, is_transactional=True)

    dispatch("email", NOON)

    assert list(Message.objects.values_list("state", "slot_at")) == [("sent", None), ("sent", None)]


def test_capped_message_is_held_until_the_slot_frees_and_then_goes():
    rows.cap(3, span=WEEK)
    reader, what = rows.reader(), rows.content()
    for hours in range(3):
        rows.message(reader, what, NOON + hours * HOUR)
        dispatch("email", NOON + hours * HOUR)
    held = rows.message(reader, what, NOON + 3 * HOUR)

    dispatch("email", NOON + 3 * HOUR)
    held.refresh_from_db()
    assert (held.state, held.reason, held.due_at) == ("held", "cap", NOON + WEEK)
    assert "cap 0" in held.detail

    assert dispatch("email", NOON + WEEK - timedelta.resolution) == 0
    assert dispatch("email", NOON + WEEK) == 1
    held.refresh_from_db()
    assert (held.state, held.reason, held.held_by) == ("sent", "", "cap")
    assert over_cap(NOON + WEEK) == []


def test_calendar_cap_frees_at_local_monday():
    rows.cap(1, window="week")
    reader, what = rows.reader(time_zone="America/New_York"), rows.content()
    rows.message(reader, what)
    held = rows.message(reader, what)

    dispatch("email", NOON)

    held.refresh_from_db()
    assert held.due_at == NOON.replace(day=10, hour=4)  # 0:00 of Monday the 10th, in summer time


def test_caps_of_another_channel_topic_or_stage_do_not_count():
    rows.cap(1, span=WEEK, channel="sms")
    rows.cap(1, span=WEEK, topic="news")
    rows.cap(1, span=WEEK, stage_id=7)
    reader, what = rows.reader(stage="use"), rows.content(topic="offers")
    for _number in range(2):
        rows.message(reader, what)

    dispatch("email", NOON)

    assert [state for state, _reason in rows.states().values()] == ["sent", "sent"]


def test_cap_of_the_customers_stage_holds():
    rows.cap(1, span=WEEK, stage_id=6)
    reader, what = rows.reader(stage="use"), rows.content()
    for _number in range(2):
        rows.message(reader, what)

    dispatch("email", NOON)

    assert sorted(state for state, _reason in rows.states().values()) == ["held", "sent"]
    assert set(Message.objects.values_list("stage_number", flat=True)) == {6, None}


def test_quiet_hours_hold_until_their_local_end():
    rows.quiet("12:30", "15:00")
    held = rows.message(rows.reader(time_zone="Europe/Rome"), rows.content())

    dispatch("email", NOON)  # 13:00 in Rome

    held.refresh_from_db()
    assert (held.state, held.reason, held.due_at) == ("held", "quiet_hours", NOON + 2 * HOUR)


def test_higher_priority_wins_the_slot_on_whatever_channel():
    rows.cap(1, span=WEEK)
    reader = rows.reader()
    low = rows.message(reader, rows.content(), priority=10)
    high = rows.message(reader, rows.content("sms"), priority=90)

    dispatch("email", NOON)
    dispatch("sms", NOON)

    assert rows.states() == {low.id: ("held", "cap"), high.id: ("sent", "")}


def test_slot_is_kept_for_a_higher_priority_that_comes_soon():
    rows.cap(1, span=WEEK)
    reader, what = rows.reader(), rows.content()
    low = rows.message(reader, what, priority=10)
    high = rows.message(reader, what, NOON + DAY, priority=90)

    dispatch("email", NOON)
    low.refresh_from_db()
    assert (low.state, low.reason, low.due_at) == ("held", "priority", NOON + DAY)

    dispatch("email", NOON + DAY)
    assert rows.states() == {low.id: ("held", "cap"), high.id: ("sent", "")}


def test_slot_is_not_kept_for_what_may_not_go_or_comes_late():
    rows.cap(1, span=DAY)
    reader, what = rows.reader(consents=("email",)), rows.content()
    low = rows.message(reader, what, priority=10)
    rows.message(reader, rows.content("sms"), NOON + HOUR, priority=90)
    rows.message(reader, what, NOON + DAY, priority=90)

    dispatch("email", NOON)

    low.refresh_from_db()
    assert low.state == "sent"


def test_capped_message_goes_out_on_another_channel():
    rows.cap(1, span=WEEK, channel="email")
    reader, mail, text = rows.reader(), rows.content(), rows.content("sms")
    rows.message(reader, mail)
    switched = rows.message(reader, mail, on_cap="switch", fallbacks=[text.id])

    dispatch("email", NOON)
    switched.refresh_from_db()
    assert (switched.state, switched.channel, switched.content_id) == ("queued", "sms", text.id)

    dispatch("sms", NOON)
    switched.refresh_from_db()
    assert (switched.state, switched.fallbacks) == ("sent", [])


def test_capped_message_without_another_way_is_held_or_dropped():
    rows.cap(1, span=WEEK)
    reader, mail, text = rows.reader(), rows.content(), rows.content("sms")
    rows.message(reader, mail, priority=90)
    held = rows.message(reader, mail, on_cap="switch", fallbacks=[text.id])
    dropped = rows.message(reader, mail, on_cap="drop", enrollment_id=5, step="offer", visit=2)

    dispatch("email", NOON)

    assert rows.states()[held.id] == ("held", "cap")
    assert rows.states()[dropped.id] == ("suppressed", "cap")
    notice = FateNotice.objects.get()
    assert (notice.message_id, notice.enrollment_id, notice.step, notice.visit, notice.fate) == (
        dropped.id,
        5,
        "offer",
        2,
        "suppressed",
    )


def test_held_message_expires_with_what_held_it():
    rows.cap(1, span=WEEK, name="one a week")
    reader, what = rows.reader(), rows.content()
    rows.message(reader, what)
    late = rows.message(reader, what, expires_at=NOON + DAY)

    dispatch("email", NOON)
    late.refresh_from_db()
    assert late.due_at == NOON + DAY

    dispatch("email", NOON + DAY)
    late.refresh_from_db()
    assert (late.state, late.reason, late.detail) == ("suppressed", "expired", "one a week (1)")


def test_every_candidate_has_one_fate():
    rows.cap(1, span=WEEK)
    what = rows.content()
    for number in range(5):
        reader = rows.reader(number, consents=("email",) if number else ())
        for _turn in range(2):
            rows.message(reader, what)

    dispatch("email", NOON)

    assert fates("journey", 1) == Fates(held=4, sent=4, suppressed=2)
    assert fates("journey", 1).candidates == 10


def test_batch_costs_the_same_number_of_queries_whatever_its_size():
    rows.cap(3, span=WEEK)
    what = rows.content()
    counts = []
    for size in (2, 20):
        for number in range(size):
            rows.message(rows.reader(100 * size + number), what)
        with CaptureQueriesContext(connection) as found:
            dispatch("email", NOON)
        counts.append(len(found))

    assert counts[0] == counts[1]
