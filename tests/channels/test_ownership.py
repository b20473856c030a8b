import json

import pytest

from channels.models import FateNotice, Message
from channels.ownership import export_messages, move_messages
from customers.merge import Merge, merge_customers
from customers.models import MergeRecord
from customers.privacy import erase_customers, export_customer
from customers.unmerge import unmerge
from tests.builders import HOUR, NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db


def test_messages_follow_a_merged_customer():
    old, kept = rows.reader(1), rows.reader(2)
    message = rows.message(old, rows.content())

    move_messages([Merge(old.id, kept.id)], NOON)

    message.refresh_from_db()
    assert (message.customer_id, message.state) == (kept.id, "queued")


@pytest.mark.parametrize(
    ("fields", "state"),
    [({}, "suppressed"), ({"state": "sent", "slot_at": NOON, "due_at": None}, "sent")],
)
def test_second_message_of_a_broadcast_does_not_go_but_stays_on_record(fields, state):
    first, second, kept = rows.reader(1), rows.reader(2), rows.reader(3)
    what = rows.content()
    broadcast = {"source": "broadcast", "source_id": 9}
    went = rows.message(first, what, None, **broadcast, state="sent", slot_at=NOON)
    other = rows.message(second, what, **{"due_at": NOON} | broadcast | fields)

    move_messages([Merge(first.id, kept.id), Merge(second.id, kept.id)], NOON)

    assert set(Message.objects.values_list("customer_id", flat=True)) == {kept.id}
    assert rows.states()[went.id] == ("sent", "")
    assert rows.states()[other.id][0] == state


def test_unmerge_gives_messages_back_and_opens_those_that_the_merge_closed():
    old, kept = rows.reader(1), rows.reader(2)
    what = rows.content()
    mine = rows.message(old, what)
    broadcast = {"source": "broadcast", "source_id": 9}
    went = rows.message(kept, what, None, **broadcast, state="sent", slot_at=NOON)
    second = rows.message(old, what, **broadcast)
    merge_customers([Merge(old.id, kept.id)], NOON)
    assert rows.states()[second.id] == ("suppressed", "withdrawn")

    unmerge(MergeRecord.objects.get().pk, "ada", "Two people", NOON + HOUR)

    assert dict(Message.objects.values_list("pk", "customer_id")) == {
        mine.id: old.id,
        went.id: kept.id,
        second.id: old.id,
    }
    again = Message.objects.get(pk=second.id)
    assert (again.state, again.reason, again.step, again.due_at) == ("queued", "", "", NOON + HOUR)


def test_erased_customer_leaves_no_messages():
    reader = rows.reader()
    message = rows.message(reader, rows.content(), enrollment_id=4)
    FateNotice.objects.create(
        message_id=message.id, enrollment_id=4, step="", visit=0, fate="sent", fated_at=NOON
    )

    assert erase_customers([reader.id], NOON)

    assert not Message.objects.exists()
    assert not FateNotice.objects.exists()


def test_export_has_the_messages():
    reader = rows.reader()
    rows.message(reader, rows.content(), context={"event": {"total": 5}})

    found = export_messages(reader.id)

    assert [(row["channel"], row["content__slug"], row["state"]) for row in found] == [
        ("email", "hello-email", "queued")
    ]
    assert "hello-email" in json.dumps(export_customer(reader.id), default=str)
