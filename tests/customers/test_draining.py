"""Several drainers and senders at once, on real connections."""

import threading
from datetime import timedelta

import pytest

from customers.inbox import accept, drain
from customers.models import Customer, Event, InboxRow
from tests.builders import NOON
from tests.customers.calls import call
from tests.threads import at_once


@pytest.mark.django_db(transaction=True)
def test_many_senders_and_drainers_apply_each_call_once():
    def send() -> None:
        for number in range(30):
            accept(
                [call(external_id=f"u{number % 7}", message_id=f"m{number}-{k}") for k in range(5)], 1, NOON
            )

    def drain_a_while() -> None:
        for _ in range(12):
            drain(NOON, limit=40)

    at_once(send, send, drain_a_while, drain_a_while, drain_a_while)
    while drain(NOON):
        pass

    assert Event.objects.filter(name="Product Viewed").count() == 150
    assert (Customer.objects.count(), InboxRow.objects.count()) == (7, 0)


@pytest.mark.django_db(transaction=True)
def test_event_ids_are_handed_out_in_the_order_of_commits():
    seen: list[int] = []
    stop = threading.Event()

    def watch() -> None:
        """A reader with a cursor: what it has passed must never fill up behind it."""
        last = 0
        while not stop.is_set():
            for row_id in Event.objects.filter(id__gt=last).order_by("id").values_list("id", flat=True):
                seen.append(row_id)
                last = row_id

    def write(name: str) -> None:
        for number in range(20):
            accept([call(external_id=name, at=NOON + timedelta(seconds=number))], 1, NOON)
            drain(NOON)

    def write_all() -> None:
        try:
            at_once(lambda: write("u1"), lambda: write("u2"), lambda: write("u3"))
        finally:
            stop.set()

    at_once(watch, write_all)
    seen.extend(Event.objects.filter(id__gt=seen[-1]).order_by("id").values_list("id", flat=True))

    assert seen == list(Event.objects.order_by("id").values_list("id", flat=True))
