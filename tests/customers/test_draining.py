"""Several drainers and senders at once, on real connections."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from customers.inbox import accept, drain
from customers.models import Customer, Event, InboxRow
from tests.builders import NOON
from tests.customers.calls import call


def at_once(*tasks: Callable[[], object]) -> list[BaseException]:
    """Run tasks in threads of their own; returns what went wrong."""
    errors: list[BaseException] = []

    def run(task: Callable[[], object]) -> None:
        try:
            task()
        except BaseException as error:  # noqa: BLE001 - told to the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


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

    errors = at_once(send, send, drain_a_while, drain_a_while, drain_a_while)
    while drain(NOON):
        pass

    assert errors == []
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
        errors.extend(at_once(lambda: write("u1"), lambda: write("u2"), lambda: write("u3")))
        stop.set()

    errors: list[BaseException] = []
    errors.extend(at_once(watch, write_all))
    seen.extend(Event.objects.filter(id__gt=seen[-1]).order_by("id").values_list("id", flat=True))

    assert errors == []
    assert seen == list(Event.objects.order_by("id").values_list("id", flat=True))
