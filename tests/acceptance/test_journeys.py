"""Whole journeys: from a call at the inbox to the line in the provider's journal, with a hand-moved clock."""

from datetime import UTC, datetime

import pytest

from channels.ledger import fates
from channels.models import Message
from customers.models import Segment
from customers.segments import save_segment
from customers.services import ConsentChange, set_consents
from journeys import services
from journeys.models import Enrollment, StepLog
from tests.acceptance.world import World, cap, quiet
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, live, step

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
SIGNED_UP = {"kind": "event", "event": "Signed Up"}
HAS_ORDERED = {
    "field": "event",
    "event": "Order Completed",
    "aggregate": "count",
    "operator": "at_least",
    "value": 1,
}


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "journal.jsonl")


def sent_at(customer):
    """What was sent to a customer, and when."""
    rows = Message.objects.filter(customer=customer, sent_at__isnull=False).order_by("sent_at")
    return list(rows.values_list("content__slug", "sent_at"))


def way(customer):
    """The steps that a customer passed and the branches taken."""
    return list(StepLog.objects.filter(customer=customer).order_by("visit").values_list("step", "branch"))


def test_welcome_greets_waits_and_parts_buyers_from_others_on_two_channels(world):
    world.open_channels("email", "sms")
    for slug, channel in (("hello", "email"), ("nudge", "email"), ("thanks", "sms")):
        content(slug, channel)
    live(
        step("hello", "send_email", {"next": "pause"}, content="hello"),
        step("pause", "wait", {"next": "morning"}, span="P2D"),
        step("morning", "wait_until", {"next": "who"}, at="10:00", weekdays=["saturday"]),
        step(
            "who",
            "branch",
            {"buyer": "thanks", "else": "nudge"},
            rules=[{"branch": "buyer", "rule": HAS_ORDERED}],
        ),
        step("thanks", "send_sms", content="thanks"),
        step("nudge", "send_email", content="nudge"),
        trigger=SIGNED_UP,
    )
    buyer = world.meet("buyer", "email", "sms", phone="+393331234567", timezone="Europe/Rome")
    idler = world.meet("idler", "email", timezone="America/New_York")
    for customer in (buyer, idler):
        world.happens(customer, "Signed Up")
    world.pass_time(NOON + DAY)
    world.happens(buyer, "Order Completed", total=30)

    world.pass_time(NOON + 7 * DAY)

    assert sent_at(buyer) == [("hello", NOON), ("thanks", datetime(2025, 3, 8, 9, tzinfo=UTC))]
    assert sent_at(idler) == [("hello", NOON), ("nudge", datetime(2025, 3, 8, 15, tzinfo=UTC))]
    assert way(idler) == [
        ("hello", "sent"),
        ("pause", "next"),
        ("morning", "next"),
        ("who", "else"),
        ("nudge", "sent"),
    ]
    assert set(Enrollment.objects.values_list("standing", "exit_reason")) == {("ended", "finished")}
    assert [line["to"] for line in world.sent()].count("buyer@example.com") == 1
    assert len(world.sent()) == 4


def test_a_capped_message_holds_its_customer_until_the_slot_frees_and_waits_count_from_the_sending(world):
    world.open_channels("email")
    cap(1, 3 * DAY)
    for slug in ("one", "two", "three"):
        content(slug)
    version = live(
        step("one", "send_email", {"next": "two"}, content="one"),
        step("two", "send_email", {"next": "pause"}, content="two"),
        step("pause", "wait", {"next": "three"}, span="P1D"),
        step("three", "send_email", {"sent": None, "not_sent": "late"}, content="three", expires_after="P1D"),
        step("late", "exit", reason="too late"),
        trigger=SIGNED_UP,
    )
    customer = world.meet("someone", "email")
    world.happens(customer, "Signed Up")

    world.pass_time(NOON + 10 * DAY)

    assert sent_at(customer) == [("one", NOON), ("two", NOON + 3 * DAY)]
    passed = dict(StepLog.objects.values_list("step", "left_at"))
    assert passed["pause"] == NOON + 4 * DAY
    assert way(customer)[-2:] == [("three", "not_sent"), ("late", "")]
    told = fates("journey", version.pk)
    assert (told.candidates, told.sent, told.suppressed) == (3, 2, 1)


def test_messages_wait_for_the_morning(world):
    world.open_channels("email")
    quiet("21:00", "09:00")
    content("hello")
    live(step("hello", "send_email", content="hello"), trigger=SIGNED_UP)
    customer = world.meet("owl", "email", timezone="Asia/Tokyo")  # where it is 21:00

    world.happens(customer, "Signed Up")
    assert sent_at(customer) == []

    world.pass_time(NOON + DAY)
    assert sent_at(customer) == [("hello", datetime(2025, 3, 4, 0, tzinfo=UTC))]


def test_wait_for_reminds_those_only_who_did_not_come_back(world):
    world.open_channels("email")
    content("reminder")
    live(
        step(
            "ordered",
            "wait_for",
            {"happened": "bought", "timed_out": "reminder"},
            event="Order Completed",
            where=[{"property": "total", "operator": "at_least", "value": 10}],
            at_most="PT6H",
        ),
        step("bought", "exit", reason="bought"),
        step("reminder", "send_email", content="reminder"),
        trigger={"kind": "event", "event": "Cart Updated", "entry": {"policy": "again"}},
    )
    buyer, small, gone = (world.meet(name, "email") for name in ("buyer", "small", "gone"))
    for customer in (buyer, small, gone):
        world.happens(customer, "Cart Updated")
    world.pass_time(NOON + HOUR)
    world.happens(buyer, "Order Completed", total=30)
    world.happens(small, "Order Completed", total=3)
    assert dict(Enrollment.objects.values_list("customer_id", "exit_reason"))[buyer.pk] == "bought"

    world.pass_time(NOON + DAY, tick=HOUR)

    assert sent_at(buyer) == []
    assert sent_at(small) == sent_at(gone) == [("reminder", NOON + 6 * HOUR)]
    world.happens(gone, "Cart Updated")
    assert Enrollment.objects.filter(customer=gone).count() == 2


def test_who_did_not_agree_goes_by_not_sent_and_who_opts_out_gets_nothing_more(world):
    world.open_channels("email")
    content("one")
    content("two")
    live(
        step("one", "send_email", {"sent": "pause", "not_sent": "silent"}, content="one"),
        step("pause", "wait", {"next": "two"}, span="P1D"),
        step("two", "send_email", {"sent": None, "not_sent": "silent"}, content="two"),
        step("silent", "exit", reason="may not be written to"),
        trigger=SIGNED_UP,
    )
    never, leaver = world.meet("never"), world.meet("leaver", "email")
    for customer in (never, leaver):
        world.happens(customer, "Signed Up")
    set_consents([ConsentChange(leaver.pk, "email", "", False, "link", "")], NOON + HOUR)

    world.pass_time(NOON + 2 * DAY)

    assert way(never) == [("one", "not_sent"), ("silent", "")]
    assert sent_at(leaver) == [("one", NOON)]
    assert way(leaver)[-1] == ("silent", "")
    assert set(Message.objects.filter(state="suppressed").values_list("reason", flat=True)) == {"no_consent"}


def test_pause_and_resume_lose_nobody(world):
    world.open_channels("email")
    content("hello")
    version = live(
        step("pause", "wait", {"next": "hello"}, span="P1D"),
        step("hello", "send_email", content="hello"),
        trigger=SIGNED_UP,
    )
    inside = [world.meet(f"inside{number}", "email") for number in range(5)]
    for customer in inside:
        world.happens(customer, "Signed Up")
    services.pause(version.journey_id)
    outside = world.meet("outside", "email")
    world.happens(outside, "Signed Up")
    world.pass_time(NOON + 3 * DAY)
    assert world.sent() == []

    services.resume(version.journey_id, world.now)
    world.settle()

    assert sorted(line["to"] for line in world.sent()) == [
        f"inside{number}@example.com" for number in range(5)
    ]
    assert not Enrollment.objects.filter(customer=outside).exists()
    assert not Enrollment.objects.exclude(standing="ended").exists()


def test_a_segment_entered_sets_a_journey_off_and_its_mail_is_sent_in_the_same_loop(world):
    world.open_channels("email")
    content("vip")
    save_segment(Segment(slug="spenders", name="Spenders", rule=HAS_ORDERED), NOON)
    world.settle()
    live(step("vip", "send_email", content="vip"), trigger={"kind": "segment_entered", "segment": "spenders"})
    customer = world.meet("spender", "email")

    world.happens(customer, "Order Completed", total=30)
    world.happens(customer, "Order Completed", total=30)

    assert sent_at(customer) == [("vip", NOON)]


def test_doubled_wake_ups_and_repeated_calls_send_once(world):
    world.open_channels("email")
    content("hello")
    live(step("hello", "send_email", content="hello"), trigger=SIGNED_UP | {"entry": {"policy": "again"}})
    customer = world.meet("twice", "email")
    world.numbers = iter(["same"] * 3)
    for _ in range(3):
        world.happens(customer, "Signed Up")
        world.settle()

    assert len(world.sent()) == 1
