"""A simulation tells what really happens: a journey runs for a week, and is simulated on that week."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from django.db.models.functions import TruncDate

from channels.models import Message
from config.localtime import zone_of
from customers.models import Segment
from customers.segments import save_segment
from customers.services import ConsentChange, set_consents
from journeys import services
from journeys.counts import step_counts
from journeys.models import Enrollment, Journey
from journeys.simulate.conduct import conduct
from journeys.simulate.outcome import Outcome
from journeys.simulate.services import ask_simulation
from tests import dying
from tests.acceptance.world import World, cap, quiet
from tests.builders import DAY, HOUR
from tests.journeys.builders import content, live, step

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.acceptance]

ROME = zone_of("Europe/Rome", "UTC")
START = datetime(2025, 3, 3, tzinfo=ROME).astimezone(UTC)  # a Monday's midnight
TICK = timedelta(minutes=30)
ORDERED_TWICE = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2}


@pytest.fixture
def world(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", dying.database_url())
    return World(tmp_path / "journal.jsonl", now=START - 10 * DAY)


def shop(world):
    """Two channels, two caps, quiet hours, a segment; a journey by that segment competes for the slots."""
    world.open_channels("email", "sms")
    cap(2, 3 * DAY)
    cap(1, DAY, "sms")
    quiet("21:00", "09:00")
    for slug, channel in (("cart", "email"), ("thanks", "sms"), ("again", "email"), ("vip", "email")):
        content(slug, channel)
    save_segment(Segment(slug="regulars", name="Regulars", rule=ORDERED_TWICE), world.now)
    world.settle()
    return live(
        step("vip", "send_email", {"next": "pause"}, content="vip"),
        step("pause", "wait", {"next": "more"}, span="P1D"),
        step("more", "send_email", content="again", on_cap="drop"),
        slug="regulars",
        trigger={"kind": "segment_entered", "segment": "regulars"},
        now=world.now,
    )


def carts(now):
    """The journey that is simulated later."""
    return live(
        step(
            "bought",
            "wait_for",
            {"happened": "thanks", "timed_out": "cart"},
            event="Order Completed",
            at_most="PT5H",
        ),
        step("thanks", "send_sms", {"sent": "morning", "not_sent": "out"}, content="thanks"),
        step("cart", "send_email", {"sent": "morning", "not_sent": "out"}, content="cart", priority=70),
        step("morning", "wait_until", {"next": "who"}, at="10:45"),
        step(
            "who",
            "branch",
            {"regular": None, "else": "again"},
            rules=[{"branch": "regular", "rule": ORDERED_TWICE}],
        ),
        step("again", "send_email", content="again"),
        step("out", "exit", reason="not reached"),
        slug="carts",
        trigger={"kind": "event", "event": "Cart Updated", "entry": {"policy": "again", "after": "P2D"}},
        now=now,
    )


def week(world):
    """What ten customers do from Monday to Sunday; one comes new, one opts out, one opts in."""
    people = [world.meet(f"c{number}", "email", "sms", phone=f"+39333000000{number}") for number in range(8)]
    silent = world.meet("silent")
    world.happens(people[0], "Order Completed")  # before the week: history that rules read
    world.pass_time(START, tick=DAY)
    real = carts(START)
    for day in range(7):
        for number, person in enumerate(people):
            world.pass_time(START + day * DAY + (8 + number) * HOUR, tick=TICK)
            if (day + number) % 2:
                world.happens(person, "Cart Updated")
            if (day * number) % 3 == 1:
                world.happens(person, "Order Completed")
        if day == 1:
            people.append(world.meet("newcomer", "email"))
        if day == 2:
            set_consents([ConsentChange(people[1].pk, "email", "", False, "link", "")], world.now)
        if day == 3:
            set_consents([ConsentChange(silent.pk, "email", "", True, "form", "")], world.now)
            people.append(silent)
    world.pass_time(START + 6 * DAY + 23 * HOUR, tick=TICK)
    return real


def by_day(version):
    rows = Message.objects.filter(source="journey", source_id=version.pk, sent_at__isnull=False)
    days = rows.annotate(day=TruncDate("sent_at", tzinfo=ROME)).values_list("day", "channel")
    return Counter(days)


def steps(version):
    return {
        name: (each.entered, each.inside, dict(each.branches), dict(each.messages))
        for name, each in step_counts([version.pk]).items()
    }


def simulated(slug, now, days=7, customers=1000):
    asked = ask_simulation(Journey.objects.get(slug=slug).pk, days, customers, now)
    assert conduct(asked.pk, lambda: now)
    asked.refresh_from_db()
    assert (asked.state, asked.error) == ("done", "")
    return msgspec.convert(asked.result, Outcome)


def test_what_is_simulated_is_what_happened(world):
    other = shop(world)
    real = week(world)
    services.pause(real.journey_id)

    told = simulated("carts", world.now)

    assert told.entered == Enrollment.objects.filter(version=real).count() > 15
    assert told.people == Enrollment.objects.filter(version=real).values("customer").distinct().count()
    assert {
        name: (one.entered, one.inside, one.branches, one.messages) for name, one in told.steps.items()
    } == steps(real)
    assert Counter({(day, channel): many for day, channel, many in told.days}) == by_day(real)
    assert dict(told.exits) == Counter(
        Enrollment.objects.filter(version=real, standing="ended").values_list("exit_reason", flat=True)
    )
    regulars = told.beside[0]
    assert regulars.slug == "regulars"
    assert regulars.after.sent == sum(by_day(other).values()) > 0
    assert regulars.loses
    assert (told.customers, told.everybody) == (10, 10)
