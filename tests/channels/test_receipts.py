"""What answers make of messages."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection

from channels import delivery, receipts
from channels.gate import dispatch
from channels.models import FateNotice, Message, Reason
from channels.moves import Sending
from channels.outbox import withdraw
from channels.provider import Receipt, Taken
from channels.providers.journal import Journal, read_journal
from channels.receipts import Answered, answered, backoff
from customers.models import Suppression
from tests.builders import HOUR, NOON
from tests.channels import rows

NOW = datetime(2025, 3, 3, 12, tzinfo=UTC)
WEEK = timedelta(days=7)


def sending(attempts=1, message_id=7):
    return Sending(Taken(message_id, UUID(int=message_id), 1, 1, "email", "a@example.com", {}), attempts)


def test_backoff_grows_and_scatters_but_is_known():
    waits = [backoff(7, attempts) for attempts in (1, 2, 3, 4)]

    assert [round(wait / waits[0], 3) for wait in waits] == [1, 6, 36, 216]
    assert timedelta(seconds=24) <= waits[0] <= timedelta(seconds=36)
    assert len({backoff(message_id, 1) for message_id in range(100)}) == 100


@pytest.mark.parametrize(
    ("receipt", "attempts", "is_idempotent", "expected"),
    [
        (Receipt.accepted(7, "x1"), 1, False, ("sent", "", True)),
        (Receipt.refused(7, "no"), 1, False, ("failed", "refused", False)),
        (Receipt.try_again(7, "busy"), 4, False, ("queued", "", False)),
        (Receipt.try_again(7, "busy"), 5, False, ("failed", "exhausted", False)),
        (Receipt.unknown(7, "lost"), 1, False, ("uncertain", "no_answer", True)),
        (Receipt.unknown(7, "lost"), 4, True, ("queued", "", True)),
        (Receipt.unknown(7, "lost"), 5, True, ("uncertain", "no_answer", True)),
        (Receipt.left(7), 5, False, ("queued", "", False)),
    ],
)
def test_answer_becomes(receipt, attempts, is_idempotent, expected):
    found = answered(sending(attempts), receipt, is_idempotent=is_idempotent, now=NOW)

    assert (found.state, found.reason, found.keeps_slot) == expected
    assert (found.due_at is not None) == (found.state == "queued")


def test_left_message_goes_back_at_once_and_counts_no_attempt():
    assert answered(sending(2), Receipt.left(7), is_idempotent=False, now=NOW) == Answered(
        7, "queued", "", "", "", NOW, keeps_slot=False, attempts=1
    )


def test_provider_that_asks_for_more_time_gets_it():
    receipt = Receipt.try_again(7, "busy", after=HOUR)

    assert answered(sending(), receipt, is_idempotent=False, now=NOW).due_at == NOW + HOUR


def test_what_a_provider_says_fits_the_row():
    receipt = Receipt.refused(7, "x\x00" * 1000)

    found = answered(sending(), receipt, is_idempotent=False, now=NOW)

    assert len(found.detail) <= 500
    assert "\x00" not in found.detail


@pytest.mark.django_db
def test_one_bad_recipient_sends_nobody_twice(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path, refuse=["c1@example.com"], defer=["c2@example.com"], lose=["c3@example.com"])
    what = rows.content()
    messages = [rows.message(rows.reader(number), what) for number in range(4)]

    while dispatch("email", NOON):
        pass

    found = [Message.objects.values_list("state", "reason").get(pk=message.pk) for message in messages]
    assert found == [("sent", ""), ("failed", "refused"), ("queued", ""), ("uncertain", "no_answer")]
    assert [line["to"] for line in read_journal(path)] == ["c0@example.com", "c3@example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fault", "state", "reason"),
    [("temporary", "queued", ""), ("permanent", "failed", "refused"), ("lost", "uncertain", "no_answer")],
)
def test_fault_of_a_whole_call_is_that_of_each_message(tmp_path, fault, state, reason):
    rows.channel("email", str(tmp_path / "journal"), fault=fault)
    what = rows.content()
    for number in range(3):
        rows.message(rows.reader(number), what)

    dispatch("email", NOON)

    assert set(Message.objects.values_list("state", "reason")) == {(state, reason)}


@pytest.mark.django_db
def test_message_that_is_deferred_again_and_again_fails(tmp_path):
    rows.channel("email", str(tmp_path / "journal"), defer=["c1@example.com"])
    message = rows.message(rows.reader(1), rows.content(), enrollment_id=4, step="hello", visit=1)

    for hours in range(8):
        dispatch("email", NOON + hours * HOUR)

    message.refresh_from_db()
    assert (message.state, message.reason, message.attempts) == ("failed", "exhausted", 5)
    assert FateNotice.objects.get().fate == "failed"


@pytest.mark.django_db
def test_slot_that_is_given_back_goes_to_who_waits_for_it(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path, refuse=["c1@example.com"])
    rows.channel("sms", path)
    rows.cap(1, span=WEEK)
    reader = rows.reader(1)
    rows.message(reader, rows.content(), priority=90)
    waiting = rows.message(reader, rows.content("sms"))
    dispatch("sms", NOON)
    assert Message.objects.get(pk=waiting.pk).state == "held"

    dispatch("email", NOON)
    dispatch("sms", NOON)

    assert Message.objects.get(pk=waiting.pk).state == "sent"


@pytest.mark.django_db
def test_message_that_was_withdrawn_while_it_was_sent_is_not_queued_again(tmp_path, monkeypatch):
    rows.channel("email", str(tmp_path / "journal"), defer=["c1@example.com"])
    message = rows.message(rows.reader(1), rows.content(), enrollment_id=4)
    send = delivery._send

    def exit_meanwhile(*args):
        assert withdraw({4: "goal"}, Reason.EXITED, NOON) == 0
        return send(*args)

    monkeypatch.setattr(delivery, "_send", exit_meanwhile)

    dispatch("email", NOON)

    message.refresh_from_db()
    assert (message.state, message.reason, message.detail) == ("suppressed", "exited", "goal")
    assert (message.due_at, message.closed_at) == (None, NOON)


@pytest.mark.django_db
def test_address_that_is_gone_is_suppressed(tmp_path):
    rows.channel("email", str(tmp_path / "journal"), gone=["c1@example.com"])
    rows.message(rows.reader(1), rows.content())

    dispatch("email", NOON)

    assert Suppression.objects.values_list("kind", "value", "reason").get() == (
        "email",
        "c1@example.com",
        "gone",
    )


@pytest.mark.django_db
def test_message_that_cannot_be_rendered_fails_alone(tmp_path, monkeypatch):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    what = rows.content()
    messages = [rows.message(rows.reader(number), what) for number in range(3)]
    render = delivery.render

    def fails_on_the_second(taken, sender, now):
        if any(message.id == messages[1].id for message in taken):
            raise RecursionError("too deep")
        return render(taken, sender, now)

    monkeypatch.setattr(delivery, "render", fails_on_the_second)

    dispatch("email", NOON)

    assert [rows.states()[message.id] for message in messages] == [
        ("sent", ""),
        ("failed", "content"),
        ("sent", ""),
    ]
    assert Message.objects.get(pk=messages[1].pk).slot_at is None


@pytest.mark.django_db
def test_channel_whose_provider_is_not_known_keeps_its_messages(tmp_path):
    rows.channel("email", str(tmp_path / "journal"), provider="pigeon")
    message = rows.message(rows.reader(), rows.content())

    dispatch("email", NOON)

    message.refresh_from_db()
    assert message.state == "queued"
    assert "pigeon" in message.detail


@pytest.mark.parametrize(("is_idempotent", "waits"), [(False, "on"), (True, "off")])
@pytest.mark.django_db(transaction=True)
def test_only_an_answer_that_will_not_be_given_again_waits_for_the_disk(
    tmp_path, monkeypatch, is_idempotent, waits
):
    rows.channel("email", str(tmp_path / "journal"))
    rows.message(rows.reader(1), rows.content())
    monkeypatch.setattr(Journal, "is_idempotent", is_idempotent)
    seen: list[str] = []
    write = receipts._record

    def watched(*args):
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            seen.extend(cursor.fetchone())
        return write(*args)

    monkeypatch.setattr(receipts, "_record", watched)

    dispatch("email", NOON)

    assert seen == [waits]
    assert Message.objects.get().state == "sent"
