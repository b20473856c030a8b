"""A journey with a goal and a holdout, by a hand-moved clock: lift is told from people who met alike."""

import pytest

from channels.models import Message
from customers.buckets import bucket_of
from journeys.models import Conversion, Enrollment, StepLog
from tests.acceptance.world import World, cap
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, live, step

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
ORDERED = {"kind": "event", "event": "Order Completed"}
GOAL = {
    "name": "order",
    "when": ORDERED,
    "window": "P10D",
    "value": {"property": "total", "currency": "EUR"},
}


@pytest.fixture
def world(tmp_path):
    world = World(tmp_path / "journal.jsonl")
    world.open_channels("email")
    for slug in ("hello", "again", "last"):
        content(slug)
    cap(1, span=DAY)
    return world


def test_held_out_customers_go_the_same_way_and_get_nothing(world):
    version = live(
        step("hello", "send_email", {"sent": "again", "not_sent": "lost"}, content="hello"),
        step("again", "send_email", {"sent": "rest", "not_sent": "lost"}, content="again"),
        step("rest", "wait", {"next": "last"}, span="P2D"),
        step("last", "send_email", {"sent": None, "not_sent": "lost"}, content="last"),
        step("lost", "exit", reason="lost"),
        trigger={"kind": "event", "event": "Signed Up"},
        goals=[GOAL],
        holdout={"percent": 50},
    )
    people = [world.meet(f"p{number}", "email") for number in range(8)]
    for customer in people:
        world.happens(customer, "Signed Up")
    world.pass_time(NOON + 2 * DAY)
    for customer in people[::2]:
        world.happens(customer, "Order Completed", total=20)

    world.pass_time(NOON + 8 * DAY)

    salt = f"journey {version.journey_id}"
    held = {one for one in people if bucket_of(salt, one.public_id) < 5000}
    assert held
    assert held < set(people)
    assert {line["to"] for line in world.sent()}.isdisjoint(
        one.identities.get(kind="email").value for one in held
    )
    ways = {
        one: list(StepLog.objects.filter(customer=one).values_list("step", "branch", "reached_at", "left_at"))
        for one in people
    }
    assert len({str(ways[one]) for one in people[::2]}) == 1
    assert len({str(ways[one]) for one in people[1::2]}) == 1
    slots = {one: list(one.messages.order_by("slot_at").values_list("step", "slot_at")) for one in people}
    assert [when for _, when in slots[people[1]]] == [NOON, NOON + DAY, NOON + 3 * DAY]
    assert len({str(slots[one]) for one in people[1::2]}) == 1
    assert set(Message.objects.filter(customer__in=held).values_list("state", "reason")) <= {
        ("suppressed", "holdout"),
        ("suppressed", "exited"),
    }
    assert set(Conversion.objects.values_list("customer_id", "occurred_at", "value", "currency")) == {
        (one.pk, NOON + 2 * DAY, 20, "EUR") for one in people[::2]
    }
    assert set(
        Enrollment.objects.filter(customer__in=people[::2]).values_list("exit_reason", "ended_at")
    ) == {("goal:order", NOON + 2 * DAY)}


def test_a_goal_withdraws_what_is_held_at_once_and_frees_no_slot_that_was_taken(world):
    live(
        step("hello", "send_email", {"next": "again"}, content="hello"),
        step("again", "send_email", content="again"),
        trigger={"kind": "event", "event": "Signed Up"},
        goals=[GOAL],
    )
    customer = world.meet("ada", "email")
    world.happens(customer, "Signed Up")
    assert list(customer.messages.order_by("id").values_list("state", "reason")) == [
        ("sent", ""),
        ("held", "cap"),
    ]
    world.pass_time(NOON + HOUR, tick=HOUR)

    world.happens(customer, "Order Completed", total=5)

    assert list(customer.messages.order_by("id").values_list("state", "reason", "detail")) == [
        ("sent", "", ""),
        ("suppressed", "exited", "goal:order"),
    ]
    world.pass_time(NOON + 3 * DAY)
    assert len(world.sent()) == 1
