import pytest
from django.db import DataError

from config import work
from customers import apply, inbox
from customers.inbox import CustomerEvent, accept, accept_customer_events, drain, redrive
from customers.models import Customer, Event, InboxRow
from customers.tracking.calls import Statement
from tests.builders import DAY, HOUR, NOON, customer
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db


def names(of: Customer) -> list[str]:
    return list(Event.objects.filter(customer=of).order_by("id").values_list("name", flat=True))


def test_drain_makes_customer_and_event_and_empties_the_inbox():
    receive(call(external_id="u1", event="Order Completed", properties={"total": 12.5}), source_id=7)

    made = owner("external_id", "u1")
    event = Event.objects.get(name="Order Completed")
    assert names(made) == ["$customer_created", "Order Completed"]
    assert (event.customer_id, event.occurred_at, event.received_at) == (made.id, NOON, NOON)
    assert (event.properties, event.source_id) == ({"total": 12.5}, 7)
    assert (made.first_seen_at, made.last_seen_at) == (NOON, NOON)
    assert InboxRow.objects.count() == 0


def test_drain_returns_zero_when_nothing_is_pending():
    assert drain(NOON) == 0


def test_drain_applies_a_message_id_once():
    receive(call(external_id="u1", message_id="m"), call(external_id="u1", message_id="m"))
    receive(call(external_id="u1", message_id="m"))

    assert names(owner("external_id", "u1")) == ["$customer_created", "Product Viewed"]


def test_message_ids_of_two_sources_are_not_the_same():
    receive(call(external_id="u1", message_id="m"), source_id=1)
    receive(call(external_id="u1", message_id="m"), source_id=2)

    assert Event.objects.filter(name="Product Viewed").count() == 2


def test_drain_applies_calls_in_the_order_in_which_they_happened():
    receive(
        call(external_id="u1", event="Second", at=NOON - HOUR),
        call(external_id="u1", event="First", at=NOON - DAY),
    )

    made = owner("external_id", "u1")
    assert names(made) == ["$customer_created", "First", "Second"]
    assert (made.first_seen_at, made.last_seen_at) == (NOON - DAY, NOON - HOUR)


def test_event_ids_grow_in_the_order_of_commits():
    receive(call(external_id="u1", event="A"))
    receive(call(external_id="u1", event="B", at=NOON - DAY))

    assert names(owner("external_id", "u1")) == ["$customer_created", "A", "B"]


def test_properties_of_every_shape_come_through():
    properties = {
        "text": 'tab\tnew\nline\rback\\slash "quoted" \\N è 🎉',
        "nothing": None,
        "list": [1, 2.5, True, {"deep": [{}]}],
        "large": 10**30,
    }

    receive(call(external_id="u\t1\\", event="Strange\\t\nname", properties=properties))

    event = Event.objects.exclude(name__startswith="$").get()
    assert (event.name, event.properties) == ("Strange\\t\nname", properties)
    assert owner("external_id", "u\t1\\") == event.customer


def test_customer_event_reaches_its_customer_and_is_no_sighting():
    of = customer(seen_at=NOON - DAY)

    for _ in range(2):
        accept_customer_events(
            [CustomerEvent(of.id, "$message_opened", NOON, {"message": "x"}, "open-1")], NOON
        )
    work.settle(NOON)

    of.refresh_from_db()
    assert names(of) == ["$message_opened"]
    assert of.last_seen_at == NOON - DAY


def test_customer_event_of_nobody_is_dropped():
    accept_customer_events([CustomerEvent(99, "$message_opened", NOON, {}, "open-1")], NOON)
    work.settle(NOON)

    assert (Event.objects.count(), InboxRow.objects.count()) == (0, 0)


def test_call_about_nobody_is_parked_at_once_and_delays_no_other():
    receive(identify(traits={"email": "no address"}), call(external_id="u1"))

    row = InboxRow.objects.get()
    assert (row.state, row.error) == ("parked", apply.ABOUT_NOBODY)
    assert names(owner("external_id", "u1")) == ["$customer_created", "Product Viewed"]


def test_call_about_nobody_is_parked_whatever_the_order_in_which_calls_happened():
    receive(
        identify(at=NOON, traits={"email": "nobody"}, message_id="nobody"),
        call(at=NOON - HOUR, external_id="u1"),
    )

    assert list(InboxRow.objects.values_list("message_id", "state")) == [("nobody", "parked")]
    assert names(owner("external_id", "u1")) == ["$customer_created", "Product Viewed"]


@pytest.fixture
def poison(monkeypatch):
    """Calls whose event is Poison can't be applied."""
    whole = apply.apply_calls

    def picky(batch, now):
        if any(one.call.event == "Poison" for one in batch):
            raise RuntimeError("it burns")
        return whole(batch, now)

    monkeypatch.setattr(inbox, "apply_calls", picky)


@pytest.mark.usefixtures("poison")
def test_poison_row_delays_only_itself():
    accept([call(external_id=f"u{n}", event="Poison" if n == 5 else "Fine") for n in range(12)], None, NOON)

    drain(NOON)

    row = InboxRow.objects.get()
    assert (row.attempts, row.state, row.error) == (1, "pending", "RuntimeError: it burns")
    assert Event.objects.filter(name="Fine").count() == 11
    assert drain(NOON) == 0


@pytest.mark.usefixtures("poison")
def test_poison_row_is_parked_after_five_attempts_and_can_be_driven_anew(monkeypatch):
    accept([call(external_id="u1", event="Poison")], None, NOON)

    delays, now = [], NOON
    for _ in range(5):
        drain(now)
        row = InboxRow.objects.get()
        delays.append(row.due_at - now)
        now = row.due_at
    assert [delay.total_seconds() for delay in delays] == [10, 40, 160, 640, 2560]
    assert row.state == "parked"
    assert drain(now + DAY) == 0

    monkeypatch.setattr(inbox, "apply_calls", apply.apply_calls)
    assert redrive([row.id], now) == 1
    work.settle(now)
    assert Event.objects.filter(name="Poison").count() == 1


def test_value_that_postgresql_refuses_is_refused_at_the_door():
    with pytest.raises(DataError):
        accept([call(external_id="u1", properties={"a": "\0"})], None, NOON)


def test_identify_keeps_consents_as_they_were_said():
    said = [
        {"channel": "email", "topic": "news", "granted": True, "source": "form", "wording": "Yes, please"}
    ]
    receive(identify(external_id="u1", consents=[Statement(**word) for word in said]))

    consent = owner("external_id", "u1").consents.get()
    assert (consent.channel, consent.topic, consent.is_granted) == ("email", "news", True)
    assert (consent.source, consent.wording, consent.changed_at) == ("form", "Yes, please", NOON)
    assert Event.objects.get(name="$consent_changed").properties == {
        "channel": "email",
        "topic": "news",
        "granted": True,
    }
