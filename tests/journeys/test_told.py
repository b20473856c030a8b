"""What steps are told of customers, through the engine: chance, visits."""

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from channels.models import Channel, Message
from customers.models import Customer
from journeys import engine
from journeys.faults import GraphError
from journeys.models import Enrollment, StepLog
from journeys.queries import stuck
from tests import builders
from tests.builders import DAY, NOON
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def branches_of(version, name):
    log = StepLog.objects.filter(version=version, step=name).order_by("customer_id")
    return dict(log.values_list("customer_id", "branch"))


def test_split_parts_by_weight_and_always_alike():
    parts = [{"branch": "few", "weight": 1}, {"branch": "many", "weight": 3}]
    one = live(step("ab", "split", parts=parts))
    again = live(step("other", "split", parts=parts, salt="ab"), slug="again")
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(400))
    customers = list(Customer.objects.all())
    for version in (one, again):
        Enrollment.objects.bulk_create(
            Enrollment(
                version=version,
                journey=version.journey,
                customer=each,
                step=version.graph["start"],
                reached_at=NOON,
                due_at=NOON,
                entered_at=NOON,
            )
            for each in customers
        )

    engine.advance(NOON)

    taken = branches_of(one, "ab")
    assert 60 < Counter(taken.values())["few"] < 140  # of 400: within five standard deviations of 100
    assert branches_of(again, "other") != taken  # another journey draws anew
    Enrollment.objects.filter(version=one).update(standing="due", due_at=NOON, ended_at=None, step="ab")
    StepLog.objects.all().delete()
    engine.advance(NOON)
    assert branches_of(one, "ab") == taken


def test_splits_of_one_salt_draw_alike_and_others_do_not():
    parts = [{"branch": "a"}, {"branch": "b"}]
    version = live(
        step("first", "split", {"next": "second"}, parts=parts, salt="x"),
        step("second", "split", {"next": "third"}, parts=parts, salt="x"),
        step("third", "split", parts=parts),
    )
    for _ in range(40):
        enrolled(version, builders.customer())

    engine.advance(NOON)

    assert branches_of(version, "first") == branches_of(version, "second") != branches_of(version, "third")


def test_holdout_holds_out_about_as_many_as_it_says():
    version = live(step("hold", "holdout", percent=50))
    for _ in range(60):
        enrolled(version, builders.customer())

    engine.advance(NOON)

    counted = Counter(branches_of(version, "hold").values())
    assert counted.keys() == {"held_out", "next"}
    assert 10 < counted["held_out"] < 50


def test_goto_goes_back_until_the_step_was_visited_often_enough():
    content("hello", "sms")
    version = live(
        step("hello", "send_sms", {"next": "pause"}, content="hello", then="move_on"),
        step("pause", "wait", {"next": "back"}, span="P1D"),
        step("back", "goto", {"again": "hello", "exhausted": "bye"}, at_most=3),
        step("bye", "exit", reason="tried three times"),
    )
    one = enrolled(version, builders.customer())
    other = enrolled(version, builders.customer(), NOON + DAY)

    for day in range(5):
        engine.advance(NOON + day * DAY)

    for each in (one, other):
        each.refresh_from_db()
        assert each.exit_reason == "tried three times"
        visits = StepLog.objects.filter(enrollment=each, step="hello").count()
        assert (visits, each.visit) == (3, 10)


def test_goto_through_no_wait_is_refused():
    with pytest.raises(GraphError, match="loop without a wait"):
        live(
            step("hello", "split", {"next": "back"}, parts=[{"branch": "a"}, {"branch": "b"}]),
            step("back", "goto", {"again": "hello"}, at_most=3),
        )


def mailed(version, customer, **fields):
    one = enrolled(version, customer)
    Message.objects.create(
        customer=customer,
        channel="email",
        source="journey",
        source_id=version.pk,
        enrollment_id=one.pk,
        step="hello",
        visit=0,
        created_at=NOON,
        **fields,
    )
    return one


def test_branch_message_asks_the_last_message_of_the_enrollment_or_of_a_step():
    content("hello", "sms")
    cases = [{"branch": "read", "was": "opened"}, {"branch": "not_yet", "was": "not_yet"}]
    version = live(
        step("last", "branch_message", {"next": "hello"}, cases=cases),
        step("hello", "send_sms", {"next": "now"}, content="hello", then="move_on"),
        step("now", "branch_message", {"next": "bye"}, cases=cases, step="hello"),
        step("bye", "exit"),
    )
    read = mailed(version, builders.customer(), state="delivered", opened_at=NOON)
    unread = mailed(version, builders.customer(), state="sent")
    none = enrolled(version, builders.customer())

    engine.advance(NOON)

    last = branches_of(version, "last")
    assert [last[one.customer_id] for one in (read, unread, none)] == ["read", "else", "not_yet"]
    assert set(branches_of(version, "now").values()) == {"not_yet"}


WAYS = [{"channel": channel, "content": f"hello-{channel}"} for channel in ("email", "sms")]


def test_send_goes_by_the_first_channel_that_reaches_the_customer_or_that_they_prefer():
    for kind in ("email", "sms"):
        content(f"hello-{kind}", kind, topic="news")
        Channel.objects.create(kind=kind, provider="journal")
    version = live(step("send", "send", contents=WAYS))
    wished = live(step("send", "send", contents=WAYS, order="preferred"), slug="wished")
    both = {"email": "a@example.com", "phone": "+393331234567"}
    agreed, refused, wishing, clicking, nobody = (
        builders.customer(**both),
        builders.customer(email="b@example.com", phone="+393331234568"),
        builders.customer(email="c@example.com", phone="+393331234569", traits={"preferred_channel": "sms"}),
        builders.customer(email="d@example.com", phone="+393331234560"),
        builders.customer(),
    )
    for each in (agreed, wishing, clicking):
        builders.consent(each, "email")
        builders.consent(each, "sms")
    builders.consent(refused, "sms", "news")
    builders.event(clicking, "$message_clicked", NOON - DAY, {"channel": "sms"})
    builders.event(clicking, "$message_opened", NOON - 2 * DAY, {"channel": "email"})
    for each in (agreed, refused, nobody):
        enrolled(version, each)
    for each in (agreed, wishing, clicking):
        enrolled(wished, each)

    engine.advance(NOON)

    def channels(of):
        return dict(Message.objects.filter(source_id=of.pk).values_list("customer_id", "channel"))

    assert channels(version) == {agreed.pk: "email", refused.pk: "sms", nobody.pk: "email"}
    assert channels(wished) == {agreed.pk: "email", wishing.pk: "sms", clicking.pk: "sms"}


def test_wait_date_reads_the_trait_or_the_property_anew_when_the_time_has_come():
    version = live(
        step(
            "wait",
            "wait_date",
            {"next": "then"},
            trait="plan.renewal",
            shift={"span": "P1D", "way": "before"},
        ),
        step("then", "wait_date", property="starts", at="09:00"),
    )
    customer = builders.customer(traits={"plan": {"renewal": "2025-03-10"}}, time_zone="Europe/Rome")
    one = enrolled(version, customer, context={"properties": {"starts": "2025-03-20"}})
    missing = enrolled(version, builders.customer())

    engine.advance(NOON)
    one.refresh_from_db()
    missing.refresh_from_db()
    assert one.due_at == datetime(2025, 3, 8, 23, tzinfo=UTC)
    assert missing.exit_reason == "finished"

    customer.traits = {"plan": {"renewal": "2025-03-12"}}
    customer.save()
    engine.advance(one.due_at)
    one.refresh_from_db()
    assert (one.step, one.due_at) == ("wait", datetime(2025, 3, 10, 23, tzinfo=UTC))
    engine.advance(one.due_at)
    one.refresh_from_db()
    assert (one.step, one.due_at) == ("then", datetime(2025, 3, 20, 8, tzinfo=UTC))


def test_wait_best_hour_goes_by_the_customer_else_by_the_shop():
    version = live(step("hour", "wait_best_hour"))
    reader, newcomer = builders.customer(time_zone="Europe/Rome"), builders.customer(time_zone="Asia/Tokyo")
    for day in range(20):
        builders.event(reader, "$message_opened", NOON.replace(hour=19, minute=20) - (day + 1) * DAY)
    builders.event(reader, "$message_opened", NOON.replace(hour=3) - 91 * DAY)
    for hour in (8, 8, 17):
        opened_at = NOON.replace(hour=hour) - DAY
        mailed(version, builders.customer(), state="sent", opened_at=opened_at)
    Enrollment.objects.all().delete()
    one, two = enrolled(version, reader), enrolled(version, newcomer)

    engine.advance(NOON)

    one.refresh_from_db()
    two.refresh_from_db()
    assert one.due_at == NOON.replace(hour=19)  # 20 in Rome
    shop = datetime(2025, 3, 4, 9, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert (two.due_at.astimezone(UTC), two.fate) == (shop.astimezone(UTC), "waited")
    engine.advance(two.due_at)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.standing, two.standing) == ("ended", "ended")
