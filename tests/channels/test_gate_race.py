"""Many workers at one gate: caps hold, opt-outs hold, nobody decides twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from channels.claim import CLAIM_ANY
from channels.gate import dispatch, pass_gate
from channels.ledger import fates, over_cap
from channels.models import Message
from channels.outbox import Candidate, queue_messages
from channels.providers.journal import read_journal
from customers.models import Consent
from customers.services import lock_customers
from tests.builders import NOON
from tests.channels import rows
from tests.planning import know
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 16


def dispatch_until_done(channel: str) -> None:
    """As a worker with its sweeps: until nothing of the channel is due any more."""
    while Message.objects.filter(channel=channel, due_at__lte=NOON).exists():
        dispatch(channel, NOON, limit=50)


@contextmanager
def held_by_another(customer_id: int) -> Iterator[threading.Event]:
    """Another connection holds the customer's lock until the event is set."""
    has_lock, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            lock_customers([customer_id])
            has_lock.set()
            let_go.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    has_lock.wait(30)
    try:
        yield let_go
    finally:
        let_go.set()
        thread.join()


def test_cap_holds_under_sixteen_workers(tmp_path):
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.channel("sms", path)
    rows.cap(3, span=timedelta(days=7))
    contents = {kind: rows.content(kind) for kind in ("email", "sms")}
    readers = [rows.reader(number) for number in range(50)]
    queue_messages(
        [
            Candidate(
                customer_id=reader.id,
                content_id=contents[kind].id,
                channel=kind,
                source="journey",
                source_id=1,
                due_at=NOON,
                priority=turn % 3,
                enrollment_id=reader.id,
                step=kind,
                visit=turn,
            )
            for reader in readers
            for kind in contents
            for turn in range(50)
        ],
        NOON,
    )

    at_once(*[lambda: dispatch_until_done("email"), lambda: dispatch_until_done("sms")] * (WORKERS // 2))

    per_customer = Counter(Message.objects.filter(state="sent").values_list("customer_id", flat=True))
    assert per_customer == {reader.id: 3 for reader in readers}
    assert len(read_journal(path)) == len({line["id"] for line in read_journal(path)}) == 150
    assert over_cap(NOON) == []
    assert fates("journey").held == 5000 - 150
    assert set(Message.objects.filter(state="sent").values_list("priority", flat=True)) == {2}


def test_no_send_follows_a_committed_opt_out(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    what = rows.content()
    readers = [rows.reader(number) for number in range(100)]
    for reader in readers:
        rows.message(reader, what)
    refused: dict[int, int] = {}  # customer → sends that were let through before the opt-out committed

    def opt_out() -> None:
        for reader in readers[::2]:
            with transaction.atomic():
                lock_customers([reader.id])
                Consent.objects.filter(customer=reader, channel="email").update(is_granted=False)
                refused[reader.id] = Message.objects.filter(customer=reader, slot_at__isnull=False).count()

    at_once(opt_out, *[lambda: dispatch_until_done("email")] * 3)

    after = Counter(Message.objects.filter(slot_at__isnull=False).values_list("customer_id", flat=True))
    assert {reader.id: after[reader.id] for reader in readers[::2]} == refused
    assert fates("journey").candidates == 100
    assert fates("journey").suppressed == sum(1 for count in refused.values() if count == 0)


def test_customer_whom_another_holds_is_left_while_others_go(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    what = rows.content()
    held, free = rows.reader(1), rows.reader(2)
    rows.message(held, what, priority=90)
    rows.message(free, what)

    with held_by_another(held.id):
        assert dispatch("email", NOON) == 1
        assert Message.objects.get(customer=held).state == "queued"

    assert dispatch("email", NOON) == 1


def test_gate_waits_where_all_customers_are_held_and_reads_what_they_did(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    reader = rows.reader()
    rows.message(reader, rows.content())

    with held_by_another(reader.id) as let_go:
        threading.Timer(0.2, let_go.set).start()
        assert pass_gate("email", NOON, 10).decided == 1


def test_decisions_do_not_depend_on_batches_or_workers(tmp_path):
    """The same due messages, in any batches by any number of workers: the same verdict on each."""
    path = str(tmp_path / "journal")
    rows.channel("email", path)
    rows.channel("sms", path)
    rows.cap(2, span=timedelta(days=7))
    rows.cap(1, window="day", channel="sms")
    rows.quiet("10:00", "14:30", channel="sms")
    contents = [rows.content("email"), rows.content("sms")]
    zones = ["Europe/Rome", "America/New_York"]
    readers = [rows.reader(number, time_zone=zones[number % 2]) for number in range(6)]

    found = [_decisions(readers, contents, workers, limit) for workers in (1, 3) for limit in (1, 7, 500)]

    assert found == [found[0]] * 6


def _decisions(readers, contents, workers, limit):
    Message.objects.all().delete()
    messages = [
        rows.message(
            reader,
            contents[(number + turn) % 2],
            NOON + timedelta(hours=(turn * 7 + number) % 5 - 3),
            priority=(turn * 3 + number) % 4,
            on_cap=["hold", "drop"][turn % 2],
        )
        for number, reader in enumerate(readers)
        for turn in range(6)
    ]

    def work() -> None:
        while Message.objects.filter(due_at__lte=NOON).exists():
            dispatch("email", NOON, limit)
            dispatch("sms", NOON, limit)

    at_once(*[work] * workers)
    assert over_cap(NOON) == []
    standing = {row[0]: row[1:] for row in Message.objects.values_list("id", "state", "reason", "due_at")}
    return [standing[message.id] for message in messages]


def test_plan_of_the_claim_goes_by_its_index():
    what = rows.content()
    readers = [rows.reader(number) for number in range(20)]
    queue_messages(
        [
            Candidate(
                one.id,
                what.id,
                "email",
                enrollment_id=one.id,
                visit=turn,
                source="journey",
                source_id=1,
                due_at=NOON,
            )
            for one in readers
            for turn in range(100)
        ],
        NOON,
    )
    with transaction.atomic(), connection.cursor() as cursor:
        know("channels_message")
        cursor.execute("EXPLAIN " + CLAIM_ANY, {"channel": "email", "now": NOON, "limit": 10})
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "message_due" in plan
    assert "Sort" not in plan
