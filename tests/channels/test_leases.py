"""Workers that die, freeze or come late: nothing is sent twice, and what nobody knows is said."""

import signal
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from channels import delivery, gate
from channels.gate import dispatch, pass_gate
from channels.leases import reap
from channels.ledger import Fates, fates, over_cap
from channels.models import Channel, FateNotice, Message
from channels.provider import Receipt
from channels.providers.journal import read_journal
from channels.receipts import answered, record
from tests import dying
from tests.builders import NOON
from tests.channels import rows

WEEK = timedelta(days=7)


def run_out():
    """Let every lease have run out, as if its worker had been gone for two minutes."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE channels_message SET lease_until = clock_timestamp() - interval '1 s' "
            "WHERE state = 'sending'"
        )


def die_at(point):
    """Run a worker on this database that kills itself at the point."""
    assert dying.run("tests.channels.dying_worker", point, NOON.isoformat()) == -signal.SIGKILL


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("provider", "point", "expected"),
    [
        ("journal", "in_gate", (0, Fates(queued=3), Fates(sent=3))),
        ("journal", "before_call", (0, Fates(sending=3), Fates(uncertain=3))),
        ("journal", "in_call", (3, Fates(sending=3), Fates(uncertain=3))),
        ("journal", "before_record", (3, Fates(sending=3), Fates(uncertain=3))),
        ("journal", "in_record", (3, Fates(sending=3), Fates(uncertain=3))),
        ("journal", "after_record", (3, Fates(sent=3), Fates(sent=3))),
        ("journal_idempotent", "before_call", (0, Fates(sending=3), Fates(sent=3))),
        ("journal_idempotent", "in_call", (3, Fates(sending=3), Fates(sent=3))),
        ("journal_idempotent", "in_record", (3, Fates(sending=3), Fates(sent=3))),
    ],
)
def test_worker_killed_at_a_point_doubles_nothing(tmp_path, provider, point, expected):
    in_journal, dead, after = expected
    path = str(tmp_path / "journal")
    rows.channel("email", path, provider=provider)
    rows.cap(1, span=WEEK)
    what = rows.content()
    for number in range(3):
        rows.message(rows.reader(number), what)

    die_at(point)
    assert len(read_journal(path)) == in_journal
    assert fates("journey") == dead

    run_out()
    reap(NOON)
    dispatch("email", NOON)

    ids = [line["id"] for line in read_journal(path)]
    assert fates("journey") == after
    assert len(ids) == len(set(ids))
    assert over_cap(NOON) == []


@pytest.mark.django_db
def test_lease_that_runs_is_left_alone(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    rows.message(rows.reader(), rows.content())
    pass_gate("email", NOON, 10)

    assert reap(NOON) == 0
    assert fates("journey") == Fates(sending=1)


@pytest.mark.django_db
def test_uncertain_message_keeps_its_slot_and_tells_its_enrollment(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    message = rows.message(rows.reader(), rows.content(), enrollment_id=3, step="hello", visit=1)
    pass_gate("email", NOON, 10)
    run_out()

    assert reap(NOON) == 1

    message.refresh_from_db()
    assert (message.state, message.reason, message.slot_at) == ("uncertain", "no_answer", NOON)
    assert FateNotice.objects.values_list("message_id", "fate").get() == (message.id, "uncertain")


@pytest.mark.django_db
def test_idempotent_message_is_tried_again_five_times_at_most(tmp_path):
    rows.channel("email", str(tmp_path / "journal"), provider="journal_idempotent")
    rows.cap(1, span=WEEK)
    message = rows.message(rows.reader(), rows.content())
    for _attempt in range(5):
        assert pass_gate("email", NOON, 10).decided == 1
        run_out()
        assert reap(NOON) == 1

    message.refresh_from_db()
    assert (message.state, message.attempts, message.slot_at) == ("uncertain", 5, NOON)
    assert pass_gate("email", NOON, 10).decided == 0


@pytest.mark.django_db
def test_stale_worker_changes_nothing(tmp_path):
    rows.channel("email", str(tmp_path / "journal"), provider="journal_idempotent")
    message = rows.message(rows.reader(), rows.content())
    stale = pass_gate("email", NOON, 10)
    run_out()
    reap(NOON)
    fresh = pass_gate("email", NOON, 10)

    refused = Receipt.refused(message.id, "Too late.")
    answers = [answered(stale.sending[0], refused, is_idempotent=True, now=NOON)]

    assert record(answers, stale.lease.token, NOON) == 0
    assert record(answers, uuid4(), NOON) == 0
    message.refresh_from_db()
    assert (message.state, message.lease_token) == ("sending", fresh.lease.token)


@pytest.mark.django_db
def test_worker_that_was_frozen_before_the_call_sends_nothing(tmp_path, settings):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.message(rows.reader(), rows.content())
    settings.LEASE = settings.PROVIDER_TIMEOUT  # no time left, as after a long freeze

    assert dispatch("email", NOON) == 1

    assert read_journal(path) == []
    assert Message.objects.values_list("state", "attempts", "slot_at").get() == ("queued", 0, None)


@pytest.mark.django_db(transaction=True)
def test_answers_are_recorded_once_postgresql_is_back(tmp_path, monkeypatch):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.message(rows.reader(), rows.content())
    send = delivery._send

    def send_and_lose_the_connection(*args):
        receipts = send(*args)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()[0]
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid])
        other.close()
        return receipts

    monkeypatch.setattr(delivery, "_send", send_and_lose_the_connection)

    assert gate.dispatch("email", NOON) == 1
    assert fates("journey") == Fates(sent=1)


@pytest.mark.django_db
def test_channel_rests_as_long_as_its_provider_asks(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path, fault="temporary", retry_after=600)
    what = rows.content()
    rows.message(rows.reader(1), what)
    dispatch("email", NOON)
    rows.message(rows.reader(2), what)

    assert dispatch("email", NOON + timedelta(seconds=599)) == 0
    assert Channel.objects.get().rests_until == NOON + timedelta(seconds=600)
    assert dispatch("email", NOON + timedelta(seconds=600)) > 0
