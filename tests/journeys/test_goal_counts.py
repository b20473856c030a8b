"""How many reached a goal, what it is worth, and what the journey brings: counted, shown, told by the API."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from channels.holdout import set_holdout
from channels.models import Message
from customers.buckets import bucket_of
from journeys import services
from journeys.counts import journey_counts, step_counts
from journeys.enroll import Entering, enroll_customers
from journeys.goal_counts import goal_counts
from journeys.lift import Arm
from journeys.models import Conversion, Enrollment
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.clients import client
from tests.journeys.builders import enrolled, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P30D")
GOAL = {"name": "order", "when": {"kind": "event", "event": "Paid"}, "window": "P7D"}
OTHER = {"name": "read", "when": {"kind": "stage_left", "stage": "use"}, "exits": False}


def convert(row, goal="order", occasion=0, value=None, currency=""):
    Conversion.objects.create(
        journey_id=row.journey_id,
        version_id=row.version_id,
        enrollment=row,
        customer_id=row.customer_id,
        is_held_out=row.is_held_out,
        goal=goal,
        occasion=occasion,
        occurred_at=NOON + HOUR,
        value=value,
        currency=currency,
    )


def entered(version, many, now=NOON):
    return [enrolled(version, builders.customer(), now=now) for _ in range(many)]


def let_in(version, many, now=NOON):
    """Customers who come by the entrance, which draws who is held out."""
    customers = [builders.customer() for _ in range(many)]
    report = enroll_customers(version.journey, [Entering(one.pk, "", {}) for one in customers], now)
    assert report.entered == many
    here = Enrollment.objects.filter(customer__in=customers).select_related("customer")
    return list(here.order_by("id"))


def test_goals_are_counted_with_their_money():
    version = live(PAUSE, goals=[GOAL, OTHER])
    rows = entered(version, 4)
    merged = entered(version, 1)[0]
    services.exit_enrollments([merged.pk], "merged", NOON)
    convert(rows[0], value=Decimal("9.5"), currency="EUR")
    convert(rows[0], occasion=7, value=Decimal(3), currency="USD")
    convert(rows[1], value=Decimal("0.5"), currency="EUR")
    convert(rows[2], "read")

    order, read = goal_counts(version.journey_id, [version.pk])

    assert (order.goal, order.all, order.conversions, order.lift) == ("order", Arm(4, 2), 3, None)
    assert order.values == (("EUR", Decimal(10)), ("USD", Decimal(3)))
    assert (read.goal, read.all, read.conversions, read.values) == ("read", Arm(4, 1), 1, ())


def test_a_version_counts_for_the_goals_that_it_has():
    first = live(PAUSE, goals=[GOAL])
    entered(first, 2)
    services.save_draft(first.journey_id, first.graph | {"goals": [OTHER]})
    second = services.publish(first.journey_id, NOON)
    entered(second, 3)

    found = goal_counts(first.journey_id, [first.pk, second.pk])

    assert [(one.goal, one.all.entered) for one in found] == [("read", 3), ("order", 2)]
    assert goal_counts(first.journey_id, []) == []


def test_those_held_out_by_the_journey_or_globally_are_told_from_all_others():
    version = live(PAUSE, goals=[GOAL], holdout={"percent": 30})
    set_holdout(Decimal(20), NOON + DAY)
    set_holdout(Decimal(0), NOON + 2 * DAY)
    salt = f"journey {version.journey_id}"

    def is_out(row, of):
        return bucket_of(salt, row.customer.public_id) < 3000 or (
            of == 1 and bucket_of("global", row.customer.public_id) < 2000
        )

    arms = {True: Arm(0, 0), False: Arm(0, 0)}
    for day in range(3):
        for place, row in enumerate(let_in(version, 40, NOON + day * DAY)):
            reached = place % 3 == 0
            if reached:
                convert(row)
            arm = arms[is_out(row, day)]
            arms[is_out(row, day)] = Arm(arm.entered + 1, arm.converted + reached)

    (order,) = goal_counts(version.journey_id, [version.pk])

    assert (order.lift.treated, order.lift.held_out) == (arms[False], arms[True])
    assert min(arms[True].entered, arms[False].entered) > 10
    assert order.all == Arm(120, 42)


def test_messages_of_the_control_group_are_counted_by_their_own_word():
    version = live(PAUSE, goals=[GOAL])
    for visit, reason in enumerate(["holdout", "holdout", "no_consent"]):
        Message.objects.create(
            customer=builders.customer(),
            channel="sms",
            source="journey",
            source_id=version.pk,
            enrollment_id=1,
            step="a",
            visit=visit,
            state="suppressed",
            reason=reason,
            created_at=NOON,
        )

    whole, steps = journey_counts()[version.journey_id], step_counts([version.pk])["a"]

    assert (whole.held_out, whole.not_sent) == (2, 1)
    assert (steps.held_out, steps.not_sent) == (2, 1)


def test_the_pages_and_the_api_tell_them(client_of_admin):
    version = live(PAUSE, goals=[GOAL, OTHER], holdout={"percent": 50})
    rows = let_in(version, 30)
    for row in rows[:10]:
        convert(row, value=Decimal("1250.5"), currency="EUR")

    page = client_of_admin.get(reverse("admin:journey_goals", args=[version.journey_id])).content.decode()
    overview = client_of_admin.get(
        reverse("admin:journeys_journey_change", args=[version.journey_id])
    ).content.decode()
    told = client("read").get("/api/v1/journeys/welcome/goals/").json()

    assert "12,505.00 EUR" in page
    assert "leaves the stage use" in page
    assert "within 7 days" in page
    assert "50 % go through it as a holdout" in page
    assert "What the journey brings: order" in page
    assert "reached order" in overview
    assert [row["goal"] for row in told] == ["order", "read"]
    assert {key: told[0][key] for key in ("entered", "converted", "conversions", "values")} == {
        "entered": 30,
        "converted": 10,
        "conversions": 10,
        "values": [{"amount": "12505.0000", "currency": "EUR"}],
    }
    assert told[0]["lift"]["low"] < told[0]["lift"]["difference"] < told[0]["lift"]["high"]
    assert client("read").get("/api/v1/journeys/welcome/goals/", {"version": 2}).json() == []


def test_a_journey_without_goals_says_what_to_do(client_of_admin):
    version = live(PAUSE)

    page = client_of_admin.get(reverse("admin:journey_goals", args=[version.journey_id])).content.decode()

    assert "This journey has no goal yet" in page


@pytest.fixture
def client_of_admin(client):
    client.force_login(User.objects.create_superuser("root"))
    return client
