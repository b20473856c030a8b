"""One journey that uses every kind of step, walked by several customers through three weeks."""

import json
from collections import Counter
from datetime import UTC, datetime
from uuid import UUID

import pytest

from channels.models import Channel, Message
from channels.secrets import seal
from customers import services
from customers.merge import Merge, merge_customers
from customers.models import Customer, Segment
from journeys import effects, engine
from journeys.models import Change, Enrollment, StepLog
from journeys.queries import stuck
from journeys.step import registry
from tests import builders
from tests.acceptance.world import World
from tests.builders import DAY, HOUR, NOON
from tests.channels.providers.server import serving
from tests.journeys.builders import content, enrolled, live, step

pytestmark = [pytest.mark.django_db, pytest.mark.acceptance]
SIGNED_UP = {"kind": "event", "event": "Signed Up"}
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
GOLD = {"branch": "gold", "where": [{"property": "tier", "operator": "equals", "value": "gold"}]}
FROM_WEB = {"property": "event.source", "operator": "equals", "value": "web"}
OTHER = [step("rest", "wait", span="P30D")]
GOALS = [{"name": "told", "exits": False}]
STEPS = [
    step("gate", "rate_gate", {"next": "hold"}, at_most=2, per="hour"),
    step("hold", "holdout", {"held_out": "list", "next": "list"}, percent=50),
    step("list", "add_to_list", {"next": "trait", "failed": None}, list="vip"),
    step(
        "trait",
        "update_trait",
        {"next": "consent", "failed": None},
        trait="points",
        do="add",
        path="event.points",
    ),
    step("consent", "set_consent", {"next": "hello", "failed": None}, channel="sms", granted=True),
    step(
        "hello",
        "send",
        {"next": "read"},
        contents=[
            {"channel": "push", "content": "hello-push"},
            {"channel": "email", "content": "hello"},
        ],
    ),
    step("read", "branch_message", {"next": "pause"}, cases=[{"branch": "read", "was": "opened"}]),
    step("pause", "wait", {"next": "hours"}, span="P1D"),
    step("hours", "wait_until", {"next": "ask"}, **{"from": "09:00", "to": "18:00"}),
    step("ask", "call_webhook", {"gold": "stage", "next": "web"}, content="ask", cases=[GOLD]),
    step(
        "web", "branch", {"web": "stage", "else": "stage"}, rules=[{"branch": "web", "context": [FROM_WEB]}]
    ),
    step("stage", "move_stage", {"next": "other", "failed": None}, stage="use", hold_for="P5D"),
    step("other", "start_journey", {"next": "date", "failed": "date"}, journey="other"),
    step(
        "date",
        "wait_date",
        {"next": "hour", "passed": "hour", "missing": "hour"},
        trait="renewal",
        shift={"span": "P1D", "way": "before"},
    ),
    step("hour", "wait_best_hour", {"next": "rome"}),
    step(
        "rome",
        "wait_for",
        {"roman": "sms", "paid": "sms", "timed_out": "sms"},
        **{
            "for": [
                {"branch": "roman", "rule": ROMAN},
                {"branch": "paid", "event": "Paid"},
            ]
        },
        at_most="P3D",
    ),
    step("sms", "send_sms", {"next": "mail"}, content="sms"),
    step("mail", "send_email", {"next": "push"}, content="mail", then="move_on"),
    step("push", "send_push", {"next": "hook"}, content="hello-push"),
    step("hook", "send_webhook", {"next": "part"}, content="ask", then="move_on"),
    step("part", "split", {"a": "again", "b": "again"}, parts=[{"branch": "a"}, {"branch": "b"}]),
    step("again", "goto", {"again": "pause", "exhausted": "stop"}, at_most=2),
    step("stop", "stop_journey", {"next": "unlist", "failed": None}, journey="other"),
    step("unlist", "remove_from_list", {"next": "told", "failed": None}, list="vip"),
    step("told", "goal", {"next": "bye"}, goal="told"),
    step("bye", "exit", reason="done"),
]


WAY = """
    gate {hold} list trait consent hello:sent read:else
    pause hours {ask} stage other date hour {rome} sms:sent mail push:not_sent hook {part} again:again
    pause hours {ask} stage other:failed date:passed hour rome:timed_out sms:sent mail push:not_sent hook
    {part} again:exhausted stop unlist told bye
"""
REST = ("sms sms sent", "mail email sent", "push push suppressed", "hook webhook sent")


@pytest.fixture
def world(tmp_path, settings):
    settings.SANDBOX = True
    return World(tmp_path / "journal.jsonl")


def way(customer):
    """The steps in their order, each with its branch where that is not `next`."""
    rows = StepLog.objects.filter(customer=customer, enrollment__journey__slug="all").order_by("visit")
    return " ".join(
        step if branch in {"", "next"} else f"{step}:{branch}"
        for step, branch in rows.values_list("step", "branch")
    )


def expected_way(**turns):
    return " ".join(WAY.format(**turns).split())


def written(customer):
    """The messages in the order in which they were asked for: day and hour, step, channel, state."""
    return [
        f"{row.sent_at or row.closed_at:%d.%H} {row.step} {row.channel} {row.state}"
        for row in Message.objects.filter(customer=customer).order_by("pk")
    ]


def expected_letters(hello, *rounds):
    """When they are greeted; of each round when the system is asked, and when the rest goes out."""
    lines = [f"{hello} hello email sent"]
    for ask, rest in rounds:
        lines += [f"{ask} ask webhook sent", *(f"{rest} {line}" for line in REST)]
    return lines


def published():
    for slug, channel in (("hello", "email"), ("mail", "email"), ("hello-push", "push"), ("sms", "sms")):
        content(slug, channel)
    Segment.objects.create(slug="vip", name="VIP", kind="list")
    live(*OTHER, slug="other", trigger={"kind": "event", "event": "Never"})
    return live(*STEPS, slug="all", trigger=SIGNED_UP, goals=GOALS)


def answer(asked):
    """Of the system that is called: anna alone is gold."""
    tier = "gold" if asked["body"]["who"].startswith("anna") else "silver"
    return 200, {}, json.dumps({"tier": tier}).encode()


def meet(world, number, name):
    """Somebody with an address and a number, whose lots are always the same."""
    person = world.meet(
        name, "email", phone=f"+39333123456{number}", renewal="2025-03-08", timezone="Europe/Rome"
    )
    Customer.objects.filter(pk=person.pk).update(public_id=UUID(int=number))
    return person


def test_every_kind_of_step_is_in_it():
    assert {one["kind"] for one in STEPS} == set(registry)


def test_customers_walk_through_every_kind_of_step(world):
    with serving(answer) as server:
        receiver = server.url.removeprefix("http://")
        Channel.objects.create(kind="webhook", provider="webhook", settings=seal({"receiver": receiver}))
        world.open_channels("email", "sms", "push")
        body = '{"who": {{ customer.email|tojson }}}'
        content("ask", "webhook").texts.update(link=f"{server.url}/hook/ask", body=body)
        version = published()
        people = [meet(world, number, name) for number, name in enumerate(["anna", "bruno", "carla"])]
        for person in people:
            world.happens(person, "Signed Up", source="web", points=5)
        world.pass_time(NOON + 6 * DAY)
        world.happens(people[0], "Paid")
        world.pass_time(NOON + 21 * DAY, tick=12 * HOUR)

    anna, bruno, carla = people
    gold = {"ask": "ask:gold", "rome": "rome:paid", "hold": "hold", "part": "part:a"}
    silver = {"ask": "ask:sent web:web", "rome": "rome:timed_out"}
    assert way(anna) == expected_way(**gold)
    assert way(bruno) == expected_way(**silver, hold="hold", part="part:b")
    assert way(carla) == expected_way(**silver, hold="hold:held_out", part="part:a")
    assert written(anna) == expected_letters("03.12", ("04.12", "09.12"), ("10.12", "13.12"))
    assert written(bruno) == expected_letters("03.12", ("04.12", "10.00"), ("11.12", "14.12"))
    assert written(carla) == expected_letters("03.15", ("04.15", "10.00"), ("11.12", "14.12"))
    assert Counter(one["body"]["who"] for one in server.asked) == {
        f"{name}@example.com": 4 for name in ("anna", "bruno", "carla")
    }
    assert [one["to"] for one in world.sent()[:3]] == [
        f"{name}@example.com" for name in ("anna", "bruno", "carla")
    ]
    assert len(world.sent()) == 15

    refusal = {"error": "'other' did not let the customer in: policy."}  # the second time round
    for person, tier in ((anna, "gold"), (bruno, "silver"), (carla, "silver")):
        person.refresh_from_db()
        ended = person.enrollments.order_by("journey__slug")
        assert person.traits["points"] == 5
        assert list(person.consents.order_by("channel").values_list("channel", "is_granted", "source")) == [
            ("email", True, "form"),
            ("sms", True, "journey all"),
        ]
        assert [row.left_at is not None for row in person.memberships.filter(segment__slug="vip")] == [True]
        assert list(person.stage_moves.values_list("from_stage__slug", "to_stage__slug")) == [(None, "use")]
        assert list(ended.values_list("journey__slug", "exit_reason")) == [
            ("all", "done"),
            ("other", "stopped"),
        ]
        assert ended[0].context["answers"] == {"ask": {"tier": tier}, "other": refusal}
        assert list(ended[0].conversions.values_list("goal", "occurred_at")) == [("told", ended[0].ended_at)]
    assert version.enrollments.count() == 3
    assert stuck() == []


def standing_at_the_change():
    one = enrolled(live(step("x", "update_trait", trait="x", value=1)), builders.customer())
    engine.advance(NOON)
    one.refresh_from_db()
    assert one.standing == "change"
    return one


def test_customers_who_are_merged_or_erased_at_a_change_leave_nobody_stuck():
    merged = standing_at_the_change()
    erased = enrolled(merged.version, builders.customer())
    engine.advance(NOON)
    kept = builders.customer()

    merge_customers([Merge(merged.customer_id, kept.pk)], NOON)
    services.erase_customers([erased.customer_id], NOON)

    assert stuck() == []
    while effects.apply_changes(NOON) + engine.advance(NOON):
        pass
    kept.refresh_from_db()
    assert kept.traits == {"x": 1}
    assert list(Enrollment.objects.values_list("standing", flat=True)) == ["ended"]
    assert Change.objects.count() == 0


def test_of_two_who_stand_at_the_same_change_and_are_merged_one_goes_on():
    first = standing_at_the_change()
    second = enrolled(first.version, builders.customer(), NOON + HOUR)
    engine.advance(NOON + HOUR)

    merge_customers([Merge(second.customer_id, first.customer_id)], NOON + HOUR)
    while effects.apply_changes(NOON + HOUR) + engine.advance(NOON + HOUR):
        pass

    second.refresh_from_db()
    assert (second.exit_reason, Change.objects.count(), stuck()) == ("merged", 0, [])
    assert StepLog.objects.filter(step="x", branch="next").count() == 1
    assert StepLog.objects.get(step="x").left_at >= datetime(2025, 3, 3, tzinfo=UTC)
