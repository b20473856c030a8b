"""What sets journeys off, from the call at the inbox on, with a hand-moved clock."""

from datetime import UTC, datetime

import pytest

from channels.callbacks import store_events
from channels.models import Message
from channels.provider import EventKind, ProviderEvent
from customers.inbox import accept
from customers.lists import Named, Operation, change_members
from customers.models import Event, Segment
from customers.segments import save_segment
from customers.tracking.calls import Call
from journeys.models import Enrollment, Journey
from tests.acceptance.world import World
from tests.builders import DAY, HOUR
from tests.journeys.builders import content, live, step

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
BYE = step("bye", "exit", reason="bought")


@pytest.fixture
def world(tmp_path):
    return World(tmp_path / "journal.jsonl")


def entered(slug="welcome"):
    """Who entered a journey, and when."""
    rows = Enrollment.objects.filter(journey__slug=slug).order_by("entered_at", "customer_id")
    return list(rows.values_list("customer_id", "entered_at"))


def learns(world, customer, **traits):
    """A customer's record changes."""
    email = customer.identities.get(kind="email").value
    said = {"message_id": f"t{world.now}{traits}", "occurred_at": world.now, "traits": traits}
    accept([Call(kind="identify", identities={"email": email}, **said)], None, world.now)
    world.settle()


def test_trait_that_really_changes_to_the_value_lets_in(world):
    ada, ben = world.meet("ada", plan="free"), world.meet("ben", plan="gold")
    live(BYE, trigger={"kind": "trait_changed", "trait": "plan", "to": "gold", "from": "free"})
    world.now += HOUR

    learns(world, ben, plan="gold")
    learns(world, ada, plan="silver")
    assert entered() == []
    world.now += HOUR
    learns(world, ben, plan="free")
    world.now += HOUR
    learns(world, ben, plan="gold")

    assert entered() == [(ben.pk, world.now)]


def test_journey_follows_the_end_of_another_for_a_reason(world):
    live(BYE, slug="first")
    live(BYE, slug="after", trigger={"kind": "journey", "journey": "first", "reason": "bought"})
    live(BYE, slug="other", trigger={"kind": "journey", "journey": "first", "reason": "finished"})
    live(BYE, slug="beside", trigger={"kind": "journey", "journey": "first", "happened": "entered"})
    ada = world.meet("ada")

    world.happens(ada, "Order Completed")

    assert [len(entered(slug)) for slug in ("first", "after", "other", "beside")] == [1, 1, 0, 1]
    told = Event.objects.filter(name="$journey_ended").values_list("properties", flat=True)
    assert list(told) == [{"journey": "first", "key": "", "reason": "bought"}]


def test_nothing_is_told_of_journeys_where_nobody_asks(world):
    live(BYE)

    world.happens(world.meet("ada"), "Order Completed")

    assert not Event.objects.filter(name__startswith="$journey_").exists()


def test_answer_by_sms_lets_in_by_its_first_word(world):
    world.open_channels("sms")
    content("ask", "sms")
    live(step("ask", "send_sms", content="ask"), slug="asking")
    live(BYE, trigger={"kind": "sms_keyword", "keywords": ["Yes", "Sì"]})
    ada, ben = (world.meet(name, "sms", phone=f"+3933300000{n}") for n, name in enumerate(("ada", "ben")))
    for one in (ada, ben):
        world.happens(one, "Order Completed")

    for one, text in ((ada, "yes please"), (ben, "yesterday")):
        message = Message.objects.get(customer=one)
        reply = ProviderEvent(
            f"r{one.pk}", EventKind.REPLIED, world.now, public_id=message.public_id, payload={"text": text}
        )
        store_events("journal", [reply], world.now)
    world.settle()

    assert [who for who, _ in entered()] == [ada.pk]


def test_birthdays_on_a_leap_day_over_zones_and_the_change_of_clocks(world):
    world.now = datetime(2027, 2, 26, 12, tzinfo=UTC)
    live(BYE, trigger={"kind": "date", "trait": "birthday", "at": "09:00"}, now=world.now)
    later = {"kind": "date", "trait": "birthday", "days": 28, "at": "02:30"}  # on 28 March: Rome skips it
    live(BYE, slug="spring", trigger=later, now=world.now)
    rome = world.meet("rome", birthday="2004-02-29", time_zone="Europe/Rome")
    york = world.meet("york", birthday="2004-02-29", time_zone="America/New_York")
    apia = world.meet("apia", birthday="2004-02-29", time_zone="Pacific/Apia")
    unknown = world.meet("unknown", birthday="2004-02-29")
    first = datetime(2027, 2, 27, 20, tzinfo=UTC)  # nine in Apia on the 28th

    world.pass_time(first, tick=HOUR)
    assert entered() == [(apia.pk, first)]
    world.pass_time(datetime(2027, 2, 28, 14, tzinfo=UTC), tick=HOUR)
    eight = datetime(2027, 2, 28, 8, tzinfo=UTC)
    assert entered() == [
        (apia.pk, first),
        (rome.pk, eight),
        (unknown.pk, eight),
        (york.pk, datetime(2027, 2, 28, 14, tzinfo=UTC)),
    ]

    world.pass_time(datetime(2027, 3, 27, 12, tzinfo=UTC), tick=DAY)
    world.pass_time(datetime(2027, 3, 28, 12, tzinfo=UTC), tick=HOUR / 2)
    spring = dict(entered("spring"))
    assert spring[rome.pk] == spring[unknown.pk] == datetime(2027, 3, 28, 1, tzinfo=UTC)
    assert spring[york.pk] == datetime(2027, 3, 28, 6, 30, tzinfo=UTC)
    assert spring[apia.pk] == datetime(2027, 3, 27, 13, 30, tzinfo=UTC)


def test_weekly_schedule_keeps_its_local_hour_over_the_change_of_clocks(world):
    world.now = datetime(2027, 3, 20, 12, tzinfo=UTC)
    guests = save_segment(Segment(slug="guests", name="Guests", kind="list"), world.now)
    ada = world.meet("ada")
    change_members(guests, Operation.APPEND, [Named(1, str(ada.public_id))], world.now)
    sundays = {"rrule": "FREQ=WEEKLY;BYDAY=SU", "begins": "2027-03-21T02:30", "zone": "Europe/Rome"}
    live(BYE, trigger={"kind": "schedule", "segment": "guests"} | sundays, now=world.now)

    world.pass_time(datetime(2027, 4, 5, tzinfo=UTC), tick=HOUR / 2)

    assert entered() == [
        (ada.pk, datetime(2027, 3, 21, 1, 30, tzinfo=UTC)),
        (ada.pk, datetime(2027, 3, 28, 1, 0, tzinfo=UTC)),  # 02:30 is skipped: the first valid moment
        (ada.pk, datetime(2027, 4, 4, 0, 30, tzinfo=UTC)),
    ]
    assert Journey.objects.get().starts.filter(finished_at=None).count() == 1
