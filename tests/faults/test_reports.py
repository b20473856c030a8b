"""Callbacks doubled, in any order, before our commit, of unknown messages, a week late: one final state."""

from collections import defaultdict
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest

from channels.callbacks import apply_reports, store_events
from channels.models import Callback, Message
from channels.provider import EventKind, ProviderEvent
from config import work
from customers.models import Event, Suppression
from tests.channels import rows
from tests.faults import people, truth
from tests.faults.tier import die, sized
from tests.threads import at_once

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("sette")]
WEEK = timedelta(days=7)
KINDS = [EventKind.DELIVERED, EventKind.DEFERRED, EventKind.OPENED, EventKind.CLICKED, EventKind.COMPLAINED]


def reports(message_id, chance_of_case, start):
    """What a provider has to say of one message of this case; the same for all of the case."""
    kinds = chance_of_case.sample(KINDS, chance_of_case.randint(1, len(KINDS)))
    return [
        ProviderEvent(f"{message_id}-{number}", kind, start + timedelta(minutes=number), public_id=message_id)
        for number, kind in enumerate(kinds)
    ]


def test_reports_in_any_order_and_number_lead_to_one_state(told):
    number, orders = sized((1_000, 20), (10_000, 200))
    chance, start = die("reports"), people.now()
    content = rows.content()
    customers = people.make_customers(number)
    public_ids = [UUID(int=chance.getrandbits(128), version=4) for _ in customers]
    early, known = set(public_ids[: number // 4]), set(public_ids[: number // 2])
    Message.objects.bulk_create(
        _message(one, content, public_id, start, "sending" if public_id in early else "sent")
        for one, public_id in zip(customers, public_ids, strict=True)
        if public_id in known
    )
    told_of = {
        public_id: reports(public_id, die(f"case {place // orders}"), start)
        for place, public_id in enumerate(public_ids)
    }
    deliveries = [event for events in told_of.values() for event in events * 4]
    chance.shuffle(deliveries)
    late = deliveries[: len(deliveries) // 5]
    _deliver(deliveries[len(late) :], start)
    Message.objects.filter(public_id__in=early).update(state="sent", lease_token=None, lease_until=None)
    Message.objects.bulk_create(
        _message(one, content, public_id, start, "sent")
        for one, public_id in zip(customers, public_ids, strict=True)
        if public_id not in known
    )
    _deliver(late, start + WEEK)
    work.settle(start + WEEK)

    cases = defaultdict(set)
    fields = ("state", "delivered_at", "opened_at", "clicked_at")
    found = {row[0]: row[1:] for row in Message.objects.values_list("public_id", *fields)}
    for place, public_id in enumerate(public_ids):
        cases[place // orders].add(found[public_id])
    assert {case: len(states) for case, states in cases.items()} == dict.fromkeys(range(len(cases)), 1)
    assert not Callback.objects.filter(applied_at=None).exists()
    every = sum(len(events) for events in told_of.values())
    assert Callback.objects.count() == every
    assert Event.objects.filter(name__startswith="$message").count() == every
    complained = sum(1 for state, *_ in found.values() if state == "complained")
    assert Suppression.objects.count() == complained
    truth.check_invariants()
    told(
        "callbacks doubled, permuted, early, unknown, late",
        f"{number} messages, {len(deliveries)} callbacks",
        states_of_a_case=1,
    )


def _message(one, content, public_id, at, state):
    fields = {"sent": {"sent_at": at, "closed_at": at}, "sending": {"sent_at": at, "closed_at": at}}[state]
    lease = {"lease_token": public_id, "lease_until": at + WEEK} if state == "sending" else {}
    return Message(
        customer=one,
        content=content,
        public_id=public_id,
        channel="email",
        source="journey",
        source_id=1,
        state=state,
        created_at=at,
        slot_at=at,
        **fields,
        **lease,
    )


def _deliver(deliveries, now):
    """Four threads hand them in and apply them, as web processes and workers do."""
    numbers = count()

    def run():
        while (start := 50 * next(numbers)) < len(deliveries):
            store_events("test", deliveries[start : start + 50], now)
            apply_reports(now)

    at_once(*[run] * 4)
