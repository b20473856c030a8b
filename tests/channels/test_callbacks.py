"""Reports of providers: any order, doubled, early or late, one state."""

import threading
from datetime import timedelta
from itertools import permutations
from uuid import UUID

import pytest
from django.db import transaction

from channels.callbacks import LINKS, WAIT, apply_reports, store_events
from channels.hits import apply_hits
from channels.models import Callback, Message
from channels.provider import EventKind, ProviderEvent
from customers.models import InboxRow, Suppression
from tests.builders import HOUR, NOON
from tests.channels import rows
from tests.threads import at_once, until_waiting

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def sent(state: str = "sent", provider_id: str = "p1", **fields) -> Message:
    return rows.message(
        rows.reader(),
        rows.content(),
        due_at=None,
        state=state,
        provider_id=provider_id,
        sent_at=NOON,
        **fields,
    )


def report(kind: str, number: int = 1, of: Message | None = None, **fields) -> ProviderEvent:
    return ProviderEvent(
        event_id=f"e{number}",
        kind=EventKind(kind),
        occurred_at=NOON + number * MINUTE,
        public_id=of.public_id if of else None,
        **fields,
    )


def told(message: Message) -> tuple:
    message.refresh_from_db()
    return (message.state, message.delivered_at, message.opened_at, message.clicked_at)


def test_delivery_is_told_to_message_and_customer():
    message = sent()

    assert store_events("journal", [report("delivered", of=message)], NOON) == 1
    assert apply_reports(NOON + HOUR) == 1

    assert told(message) == ("delivered", NOON + MINUTE, None, None)
    row = InboxRow.objects.get()
    assert (row.payload["event"], row.payload["customer_id"]) == ("$message_delivered", message.customer_id)
    assert row.payload["properties"] == {
        "message": str(message.public_id),
        "channel": "email",
        "content": "hello-email",
        "source": "journey",
        "source_id": 1,
        "step": "",
    }


def test_message_is_found_by_the_providers_id():
    message = sent(provider_id="abc")

    store_events("journal", [report("delivered", provider_id="abc")], NOON)
    apply_reports(NOON)

    assert told(message)[0] == "delivered"


def test_repeated_report_takes_effect_once():
    message = sent()
    event = report("delivered", of=message)

    assert store_events("journal", [event, event], NOON) == 1
    assert store_events("journal", [event], NOON) == 0
    apply_reports(NOON)
    assert apply_reports(NOON) == 0
    assert InboxRow.objects.count() == 1


def test_report_of_a_message_that_is_open_for_days_waits_for_it():
    message = sent("queued")
    store_events("journal", [report("delivered", of=message)], NOON)

    assert apply_reports(NOON + 3 * WAIT) == 0
    Message.objects.update(state="sent", sent_at=NOON)
    assert apply_reports(NOON + 4 * WAIT) == 1
    assert told(message)[0] == "delivered"


@pytest.mark.parametrize("start", ["sent", "uncertain"])
def test_any_order_leads_to_the_same_state(start):
    kinds = ["delivered", "opened", "clicked", "bounced", "complained"]
    message = sent(start)
    found = set()
    for order in permutations(enumerate(kinds, 1)):
        Callback.objects.all().delete()
        Message.objects.update(state=start, delivered_at=None, opened_at=None, clicked_at=None)
        for number, kind in order:
            store_events("journal", [report(kind, number, message)] * 2, NOON)
            if number % 2:
                apply_reports(NOON)
        apply_reports(NOON)
        found.add(told(message))

    assert found == {("complained", NOON + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE)}


@pytest.mark.parametrize(
    ("start", "kinds", "state"),
    [
        ("sent", ["opened"], "sent"),
        ("uncertain", ["opened"], "delivered"),
        ("uncertain", ["bounced", "delivered"], "bounced"),
        ("sent", ["deferred"], "sent"),
        ("sent", ["replied"], "sent"),
        ("sent", ["gone"], "bounced"),
        ("failed", ["delivered"], "failed"),
        ("suppressed", ["complained"], "suppressed"),
    ],
)
def test_reports_move_a_message_up_only(start, kinds, state):
    message = sent(start)

    store_events("journal", [report(kind, n, message) for n, kind in enumerate(kinds, 1)], NOON)
    apply_reports(NOON)

    assert told(message)[0] == state


@pytest.mark.parametrize("state", ["queued", "held", "sending"])
def test_early_report_waits_until_the_message_is_sent(state):
    message = sent()
    Message.objects.update(state=state)

    store_events("journal", [report("delivered", of=message)], NOON)
    assert apply_reports(NOON) == 0
    Message.objects.update(state="sent")

    assert apply_reports(NOON) == 1
    assert told(message)[0] == "delivered"


def test_report_of_an_unknown_message_waits_a_day():
    store_events(
        "journal", [report("delivered", provider_id="later"), report("bounced", 2, provider_id="never")], NOON
    )
    assert apply_reports(NOON + HOUR) == 0

    message = sent(provider_id="later")

    assert apply_reports(NOON + 2 * HOUR) == 1
    assert told(message)[0] == "delivered"
    assert apply_reports(NOON + WAIT) == 0
    assert apply_reports(NOON + WAIT + MINUTE) == 1
    assert not Callback.objects.filter(applied_at=None).exists()


@pytest.mark.parametrize(
    ("kind", "reason"), [("bounced", "bounced"), ("complained", "complained"), ("gone", "gone")]
)
def test_dead_address_is_suppressed(kind, reason):
    message = sent()

    store_events("journal", [report(kind, of=message)], NOON)
    apply_reports(NOON)

    assert list(Suppression.objects.values_list("kind", "value", "reason")) == [
        ("email", "c1@example.com", reason)
    ]


def test_address_that_the_report_names_is_suppressed():
    message = sent()

    store_events("journal", [report("bounced", of=message, payload={"recipient": "old@EXAMPLE.com"})], NOON)
    apply_reports(NOON)

    assert list(Suppression.objects.values_list("value", flat=True)) == ["old@example.com"]


def test_report_of_nothing_is_kept_a_day():
    unknown = ProviderEvent("e1", EventKind.DELIVERED, NOON, public_id=UUID(int=7))

    assert store_events("journal", [unknown], NOON) == 1
    assert store_events("journal", [], NOON) == 0
    assert apply_reports(NOON) == 0


def test_many_reports_take_a_fixed_number_of_queries(django_assert_max_num_queries):
    message = sent()
    kinds = ["delivered", "opened", "clicked", "replied"] * 50
    store_events("journal", [report(kind, n, message) for n, kind in enumerate(kinds)], NOON)

    with django_assert_max_num_queries(15):
        assert apply_reports(NOON) == 200


def test_uncertain_message_that_arrived_is_uncertain_no_more():
    message = sent("uncertain", reason="no_answer", detail="lease ran out", slot_at=NOON)
    Message.objects.update(sent_at=None)

    store_events("journal", [report("delivered", of=message)], NOON)
    apply_reports(NOON)

    message.refresh_from_db()
    assert (message.state, message.reason, message.detail, message.sent_at) == ("delivered", "", "", NOON)


def test_reply_tells_its_text_and_its_first_word():
    message = sent()
    replies = ["  STOP it, please", "", "Sì!"]
    store_events(
        "journal",
        [report("replied", n, message, payload={"text": text}) for n, text in enumerate(replies, 1)],
        NOON,
    )

    apply_reports(NOON + HOUR)

    told = [row.payload["properties"] for row in InboxRow.objects.order_by("id")]
    assert [(each.get("text"), each.get("keyword")) for each in told] == [
        ("  STOP it, please", "stop"),
        (None, None),
        ("Sì!", "sì!"),
    ]


@pytest.mark.django_db(transaction=True)
def test_the_same_reports_told_at_once_in_another_order_wait_for_each_other():
    reports = [report("delivered", number, provider_id=f"p{number}") for number in (1, 2)]
    between = report("delivered", 9, provider_id="p9")

    def tell(first: ProviderEvent, last: ProviderEvent) -> int:
        return store_events("journal", [first, between, last], NOON)

    def hold() -> int:
        """Keep both from going on until each has come as far as it can."""
        with transaction.atomic():
            store_events("journal", [between], NOON)
            held.set()
            until_waiting(2)
        return 1

    held = threading.Event()
    new = at_once(
        hold, *(lambda order=order: held.wait() and tell(*order) for order in (reports, reports[::-1]))
    )

    assert sum(new) == Callback.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_reports_and_hits_of_the_same_messages_wait_for_each_other():
    reader, content = rows.reader(), rows.content()
    sent = {"state": "sent", "due_at": None, "sent_at": NOON}
    messages = [rows.message(reader, content, provider_id=f"p{number}", **sent) for number in range(3)]
    opened = [report("opened", n, one) for n, one in enumerate(reversed(messages))]
    store_events("journal", [report("delivered", n, one) for n, one in enumerate(messages)], NOON)
    store_events(LINKS, opened, NOON)

    def hold() -> int:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=messages[1].pk)
            held.set()
            until_waiting(2)
        return 0

    held = threading.Event()
    settled = at_once(
        hold,
        lambda: held.wait() and apply_reports(NOON + HOUR),
        lambda: held.wait() and apply_hits(NOON + HOUR),
    )

    assert settled == [0, 3, 3]
    assert [told(one)[0] for one in messages] == ["delivered"] * 3
