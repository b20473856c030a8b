from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from campaigns import broadcast, services
from campaigns.models import Broadcast
from channels.models import Channel, Content, ContentText, Message
from config import work
from customers.models import Customer, Membership, Segment
from tests.builders import HOUR, NOON, customer

pytestmark = pytest.mark.django_db
State = Broadcast.State


def audience(members=3, **segment):
    made = Segment.objects.create(slug="all", name="All", rule={}, **segment)
    Membership.objects.bulk_create(
        Membership(segment=made, customer=customer(), entered_at=NOON) for _ in range(members)
    )
    return made


def draft(segment, **fields):
    content = Content.objects.create(slug="hello", name="Hello", channel="sms", topic="news")
    ContentText.objects.create(content=content, language="en", body="Hello")
    Channel.objects.create(kind="sms", provider="journal")
    return Broadcast.objects.create(name="To all", content=content, segment=segment, **fields)


def scheduled(segment, **fields):
    return services.schedule(draft(segment, **fields), NOON)


def state(row):
    return Broadcast.objects.get(pk=row.pk).state


def test_launch_queues_one_message_for_each_present_member():
    segment = audience(members=3)
    Membership.objects.create(segment=segment, customer=customer(), entered_at=NOON - HOUR, left_at=NOON)
    row = scheduled(segment, priority=40, expires_after=timedelta(hours=2))

    assert broadcast.launch(NOON) == 1

    fields = ("channel", "topic", "priority", "source", "state", "due_at", "expires_at", "created_at")
    assert list(Message.objects.values_list("source_id", *fields).distinct()) == [
        (row.pk, "sms", "news", 40, "broadcast", "queued", NOON, NOON + 2 * HOUR, NOON)
    ]
    assert Message.objects.count() == 3
    row.refresh_from_db()
    assert (row.state, row.candidates, row.launched_at) == (State.SENDING, 3, NOON)


def test_launch_waits_for_its_time():
    row = scheduled(audience(), starts_at=NOON + HOUR)

    assert broadcast.launch(NOON) == 0
    assert broadcast.launch(NOON + HOUR) == 1
    assert state(row) == State.SENDING


def test_launch_waits_until_a_changed_segment_has_been_rebuilt():
    segment = audience(changed_at=NOON, rebuilt_at=None)
    scheduled(segment)

    assert broadcast.launch(NOON) == 0

    Segment.objects.update(rebuilt_at=NOON)
    assert broadcast.launch(NOON) == 1


def test_launch_that_is_repeated_adds_only_who_is_missing():
    segment = audience(members=2)
    row = scheduled(segment)
    broadcast.launch(NOON)
    Membership.objects.create(segment=segment, customer=customer(), entered_at=NOON)

    row.refresh_from_db()
    broadcast.queue_for_members(row, NOON)

    assert row.candidates == 3
    assert Message.objects.count() == 3


def test_launch_that_breaks_off_leaves_nothing_and_is_done_again(monkeypatch):
    row = scheduled(audience(members=3))
    queue = broadcast.queue_for_members

    def break_off(*given):
        queue(*given)
        raise ConnectionError

    monkeypatch.setattr(broadcast, "queue_for_members", break_off)
    with pytest.raises(ConnectionError):
        broadcast.launch(NOON)
    assert (state(row), Message.objects.count()) == (State.SCHEDULED, 0)

    monkeypatch.undo()
    broadcast.launch(NOON)
    assert (state(row), Message.objects.count()) == (State.SENDING, 3)


def test_finish_waits_for_what_is_queued_held_or_being_sent():
    row = scheduled(audience(members=3))
    broadcast.launch(NOON)
    ids = list(Message.objects.order_by("id").values_list("id", flat=True))
    ends = [("suppressed", 0), ("sent", 1), ("failed", 2)]

    seen = []
    for fate, place in ends:
        seen.append(broadcast.finish(NOON))
        Message.objects.filter(pk=ids[place]).update(state=fate, due_at=None)

    assert seen == [0, 0, 0]
    assert broadcast.finish(NOON + HOUR) == 1
    row.refresh_from_db()
    assert (row.state, row.finished_at) == (State.FINISHED, NOON + HOUR)


@pytest.mark.parametrize("pending", ["queued", "held", "sending"])
def test_finish_knows_each_state_that_is_pending(pending):
    scheduled(audience(members=1))
    broadcast.launch(NOON)
    Message.objects.update(state=pending, due_at=None if pending == "sending" else NOON)

    assert broadcast.finish(NOON) == 0


def test_broadcast_to_nobody_finishes_at_once():
    row = scheduled(audience(members=0))

    assert broadcast.run(NOON) == 2
    assert state(row) == State.FINISHED


def test_pause_holds_what_is_open_and_resume_frees_it():
    row = scheduled(audience(members=2))
    broadcast.launch(NOON)
    first = Message.objects.order_by("id").first()
    Message.objects.filter(pk=first.pk).update(state="sent", due_at=None)

    services.pause(row)
    assert list(Message.objects.order_by("id").values_list("state", "reason")) == [
        ("sent", ""),
        ("held", "paused"),
    ]
    assert broadcast.finish(NOON) == 0

    services.resume(row, NOON + HOUR)
    assert list(Message.objects.order_by("id").values_list("state", "reason")) == [
        ("sent", ""),
        ("queued", ""),
    ]
    assert state(row) == State.SENDING


def test_cancel_closes_what_is_open():
    row = scheduled(audience(members=2))
    broadcast.launch(NOON)

    services.cancel(row, NOON)

    assert list(Message.objects.values_list("state", "reason").distinct()) == [("suppressed", "withdrawn")]
    assert state(row) == State.CANCELLED


def test_cancelled_before_its_time_never_starts():
    row = scheduled(audience(), starts_at=NOON + HOUR)
    services.cancel(row, NOON)

    assert broadcast.run(NOON + HOUR) == 0
    assert Message.objects.count() == 0


@pytest.mark.parametrize(
    ("move", "allowed"),
    [
        ("schedule", {"draft", "scheduled"}),
        ("unschedule", {"scheduled"}),
        ("pause", {"sending"}),
        ("resume", {"paused"}),
        ("cancel", {"draft", "scheduled", "sending", "paused"}),
        ("change_broadcast", {"draft"}),
    ],
)
def test_moves_are_made_from_their_states_only(move, allowed):
    row = draft(audience())
    takes_now = {"schedule", "resume", "cancel"}
    made = set()
    for before in State.values:
        Broadcast.objects.update(state=before)
        try:
            with transaction.atomic():
                getattr(services, move)(row, *([NOON] if move in takes_now else []))
            made.add(before)
        except services.BroadcastStateError:
            continue

    assert made == allowed


def test_schedule_says_all_that_keeps_it_from_being_sent():
    row = draft(audience(archived_at=NOON))
    ContentText.objects.all().delete()
    Channel.objects.update(is_active=False)

    with pytest.raises(services.BroadcastError) as refusal:
        services.schedule(row, NOON, NOON + timedelta(days=400))

    assert [each["path"] for each in refusal.value.errors] == ["content", "content", "segment", "starts_at"]
    assert state(row) == State.DRAFT


def test_launch_is_work_between_the_journeys_and_the_channels():
    orders = {piece.name: piece.order for piece in work.pieces()}

    assert orders["journeys.advance"] < orders["campaigns.launch"] < orders["channels.dispatch_sms"]


def test_launch_asks_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    row = scheduled(audience(members=200))

    with django_assert_num_queries(5):  # savepoint, claim, insert, update, release
        broadcast.launch(NOON)

    assert Message.objects.filter(source_id=row.pk).count() == 200


def test_message_of_a_broadcast_is_kept_once_by_the_table_itself():
    row = scheduled(audience(members=1))
    broadcast.launch(NOON)
    message = Message.objects.get()

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO channels_message (customer_id, channel, source, source_id, created_at)"
            " VALUES (%s, 'sms', 'broadcast', %s, now()) ON CONFLICT DO NOTHING",
            [message.customer_id, row.pk],
        )
        assert cursor.rowcount == 0
    assert Customer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_launch_whose_connection_is_killed_in_the_middle_is_done_once(monkeypatch):
    row = scheduled(audience(members=50))
    queue = broadcast.queue_for_members

    def queue_and_be_killed(*given):
        queue(*given)
        backend = connection.connection.info.backend_pid
        with psycopg.connect(**connection.get_connection_params()) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [backend])
        Message.objects.count()

    monkeypatch.setattr(broadcast, "queue_for_members", queue_and_be_killed)
    with pytest.raises(DatabaseError):
        broadcast.launch(NOON)
    connection.close()
    monkeypatch.undo()
    assert (state(row), Message.objects.count()) == (State.SCHEDULED, 0)

    broadcast.launch(NOON)
    assert broadcast.launch(NOON) == 0
    assert Message.objects.filter(source_id=row.pk).count() == 50


@pytest.mark.django_db(transaction=True)
def test_launch_by_two_workers_at_once_queues_each_member_once():
    row = scheduled(audience(members=200))

    def launch():
        try:
            return broadcast.launch(NOON)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as workers:
        launched = [one.result() for one in [workers.submit(launch) for _ in range(4)]]

    assert sum(launched) == 1
    assert Message.objects.filter(source_id=row.pk).count() == 200
