from datetime import timedelta

import pytest

from channels.ledger import caps_now
from channels.models import Cap, Message
from channels.pressure import cap_pressure
from customers.models import Customer
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db


def slots(of: Customer, *ago: timedelta, channel: str = "email", topic: str = "") -> None:
    for span in ago:
        Message.objects.create(
            customer=of,
            channel=channel,
            topic=topic,
            source="api",
            source_id=1,
            state="sent",
            slot_at=NOON - span,
            created_at=NOON - span,
        )


def test_customers_at_a_cap_are_those_whose_window_is_full() -> None:
    Cap.objects.create(name="two in three days", limit=2, window="rolling", span=3 * DAY)
    full, over, free, past = (customer() for _ in range(4))
    slots(full, HOUR, DAY)
    slots(over, HOUR, 2 * HOUR, DAY)
    slots(free, HOUR, 3 * DAY)  # the window is half open
    slots(past, 4 * DAY, 5 * DAY)

    assert cap_pressure(NOON) == [("two in three days", 2, 1)]


@pytest.mark.parametrize(
    "cap",
    [
        {"limit": 1, "window": "day"},
        {"limit": 2, "window": "week"},
        {"limit": 2, "window": "month", "channel": "sms"},
        {"limit": 1, "window": "rolling", "span": 2 * DAY, "topic": "offers"},
        {"limit": 1, "window": "rolling", "span": DAY, "stage_id": 6},
        {"limit": 1, "window": "day", "stage_id": 5},
    ],
)
def test_pressure_counts_whom_the_ledger_finds_full(cap: dict[str, object]) -> None:
    Cap.objects.create(name="cap", **cap)
    people = []
    for number in range(24):
        zone = ["", "Asia/Tokyo", "America/Los_Angeles", "no such zone"][number % 4]
        person = customer(time_zone=zone, stage=["use", "action", ""][number % 3])
        for k in range(number % 5):
            at = [9 * HOUR, 20 * HOUR, 30 * HOUR, 12 * DAY, HOUR][(number + k) % 5]
            slots(
                person, at, channel=["email", "sms", "webhook"][(number + k) % 3], topic=["offers", ""][k % 2]
            )
        people.append(person)

    full = [person for person in people if any(use.frees_at for use in caps_now(person.pk, NOON))]

    assert full
    assert [row.full for row in cap_pressure(NOON)] == [_at_limit(people)]


def _at_limit(people: list[Customer]) -> int:
    """By the ledger's own count of what is used."""
    uses = [use for person in people for use in caps_now(person.pk, NOON)]
    return sum(use.used >= use.cap.limit for use in uses)
