"""What journeys change outside themselves: asked for by the engine, made in one transaction or not at all."""

from datetime import timedelta

import pytest

from channels.models import Message
from config import work
from customers import services
from customers.merge import Merge, merge_customers
from customers.models import Consent, Event, Segment, Stage, StageHold
from journeys import effects, engine
from journeys import services as services_of_journeys
from journeys.models import Change, Enrollment, StepLog
from journeys.queries import stuck
from journeys.services import exit_enrollments
from tests import builders
from tests.builders import DAY, NOON
from tests.journeys.builders import IN_ROME, content, enrolled, live, step

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def run(now=NOON):
    while engine.advance(now) + effects.apply_changes(now):
        pass


def taken(name="change"):
    return list(
        StepLog.objects.filter(step=name).order_by("enrollment_id", "visit").values_list("branch", flat=True)
    )


def changed(kind, customer=None, context=None, **settings):
    """A customer of whom a step of that kind has changed something."""
    one = enrolled(
        live(step("change", kind, **settings)),
        customer or builders.customer(),
        context=context or {"name": "Paid", "properties": {"total": 12.5, "tags": ["a"]}},
    )
    run()
    one.refresh_from_db()
    one.customer.refresh_from_db()
    return one


def trait(before, **settings):
    known = {} if before is None else {"points": before}
    one = changed("update_trait", builders.customer(traits=known), trait="points", **settings)
    return one.customer.traits.get("points"), taken()


@pytest.mark.parametrize(
    ("before", "settings", "after"),
    [
        (None, {"value": "gold"}, "gold"),
        (1, {"value": [1, 2]}, [1, 2]),
        (None, {"do": "add", "value": 3}, 3),
        (4, {"do": "add", "value": -3}, 1),
        (0.1, {"do": "add", "value": 0.2}, 0.3),
        (1, {"do": "add", "path": "event.total"}, 13.5),
        (None, {"do": "append", "value": "x"}, ["x"]),
        (["x"], {"do": "append", "value": "x"}, ["x"]),
        (["x", "y"], {"do": "remove", "value": "x"}, ["y"]),
        (5, {"do": "unset"}, None),
        (None, {"path": "trigger.name"}, "Paid"),
    ],
)
def test_update_trait_changes_what_stands_there(before, settings, after):
    assert trait(before, **settings) == (after, ["next"])


@pytest.mark.parametrize(
    ("before", "settings", "error"),
    [
        ("many", {"do": "add", "value": 3}, "Only numbers can be added, to a number or to nothing."),
        ("many", {"do": "append", "value": 3}, "points is no list."),
        (1, {"path": "event.missing"}, "There is no event.missing."),
        (10**15, {"do": "add", "value": 1}, "The number would be larger than 1000000000000000."),
    ],
)
def test_update_trait_fails_where_it_can_t_be_done_and_says_why(before, settings, error):
    one = changed("update_trait", builders.customer(traits={"points": before}), trait="points", **settings)

    assert one.customer.traits == {"points": before}
    assert taken() == ["failed"]
    assert one.context["answers"] == {"change": {"error": error}}


def test_two_runs_of_one_customer_both_count():
    version = live(
        step("change", "update_trait", trait="points", do="add", value=1), trigger=KEYED, slug="points"
    )
    customer = builders.customer(traits={"points": 1})
    for key in "abc":
        enrolled(version, customer, key=key)

    run()

    customer.refresh_from_db()
    assert customer.traits["points"] == 4


KEYED = {"kind": "event", "event": "Paid", "entry": {"policy": "per_key", "key": "id"}}


def test_a_change_is_classified_by_and_told():
    Segment.objects.create(slug="romans", name="Romans", rule=IN_ROME, changed_at=NOON, rebuilt_at=NOON)

    one = changed("update_trait", trait="city", value="Roma")

    assert one.customer.memberships.get().segment.slug == "romans"
    assert Event.objects.filter(customer=one.customer, name="$segment_entered").count() == 1


def test_a_change_lets_customers_enter_journeys_that_listen_to_it():
    tier = {"kind": "trait_changed", "trait": "tier", "to": "gold"}
    other = live(step("pause", "wait", span="P1D"), slug="other", trigger=tier)
    enrolled(live(step("change", "update_trait", trait="tier", value="gold")), builders.customer())

    work.settle(NOON)

    assert Enrollment.objects.filter(version=other).count() == 1


def test_lists_are_entered_and_left():
    Segment.objects.create(slug="vip", name="VIP", kind="list")
    customer = builders.customer()
    version = live(
        step("in", "add_to_list", {"next": "pause"}, list="vip"),
        step("pause", "wait", {"next": "out"}, span="P1D"),
        step("out", "remove_from_list", list="vip"),
    )
    enrolled(version, customer)

    run()
    assert customer.memberships.get().left_at is None
    run(NOON + DAY)

    assert customer.memberships.get().left_at == NOON + DAY
    events = Event.objects.filter(customer=customer).order_by("id").values_list("name", flat=True)
    assert list(events) == ["$segment_entered", "$segment_left"]


def test_a_list_that_was_archived_fails_and_says_so():
    vip = Segment.objects.create(slug="vip", name="VIP", kind="list")
    version = live(step("change", "add_to_list", list="vip"))
    one = enrolled(version, builders.customer())
    vip.archived_at = NOON
    vip.save()

    run()

    one.refresh_from_db()
    assert (taken(), one.exit_reason) == (["failed"], "finished")
    assert "is archived" in one.context["answers"]["change"]["error"]


def test_consent_is_set_with_the_journey_as_its_source():
    one = changed("set_consent", channel="email", topic="news", granted=True, wording="Yes, please")

    said = Consent.objects.get(customer=one.customer)
    assert (said.channel, said.topic, said.is_granted) == ("email", "news", True)
    assert (said.source, said.wording) == ("journey welcome", "Yes, please")
    assert Event.objects.filter(customer=one.customer, name="$consent_changed").count() == 1


def test_stages_are_moved_and_held():
    one = changed("move_stage", stage="use", hold_for="P2D", reason="A gift")

    hold = StageHold.objects.get(customer=one.customer)
    assert (hold.stage.slug, hold.until, hold.reason, hold.held_by) == (
        "use",
        NOON + 2 * DAY,
        "A gift",
        "journey welcome",
    )
    assert one.customer.stage == Stage.objects.get(slug="use")


def test_stop_journey_ends_the_other_and_withdraws_its_messages():
    content("hello")
    other = live(step("hello", "send_email", content="hello"), slug="other")
    version = live(step("change", "stop_journey", journey="other", reason="bought"))
    customer, bystander = builders.customer(), builders.customer()
    stopped, left = enrolled(other, customer), enrolled(other, bystander)
    engine.advance(NOON)
    enrolled(version, customer)

    run()

    stopped.refresh_from_db()
    left.refresh_from_db()
    assert (stopped.standing, stopped.exit_reason, left.standing) == ("ended", "bought", "message")
    states = Message.objects.order_by("customer_id").values_list("customer_id", "state")
    assert dict(states) == {customer.pk: "suppressed", bystander.pk: "queued"}
    assert taken() == ["next"]


def test_start_journey_lets_the_customer_enter_by_the_rules_of_the_other():
    other = live(step("pause", "wait", span="P1D"), slug="other", trigger=KEYED)
    version = live(
        step("change", "start_journey", {"next": "again"}, journey="other", key="event.order"),
        step("again", "start_journey", journey="other", key="event.order"),
    )
    context = {"name": "Paid", "occurred_at": NOON.isoformat(), "properties": {"order": 7}}
    one = enrolled(version, builders.customer(), context=context | {"answers": {"x": 1}})

    run()

    entered = Enrollment.objects.get(version=other)
    assert (entered.customer, entered.key, entered.context) == (one.customer, "7", context)
    one.refresh_from_db()
    assert (taken(), taken("again")) == (["next"], ["failed"])
    assert one.context["answers"]["again"] == {"error": "'other' did not let the customer in: policy."}


def test_start_journey_fails_where_the_other_lets_nobody_in():
    other = live(step("pause", "wait", span="P1D"), slug="other")
    one = enrolled(live(step("change", "start_journey", journey="other")), builders.customer())
    services_of_journeys.pause(other.journey_id)

    run()

    one.refresh_from_db()
    assert taken() == ["failed"]
    assert "not_live" in one.context["answers"]["change"]["error"]


def test_the_engine_stands_at_the_change_until_it_is_made():
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())

    engine.advance(NOON)

    one.refresh_from_db()
    assert (one.standing, one.due_at) == ("change", None)
    assert stuck() == []
    assert engine.advance(NOON + DAY) == 0
    assert effects.apply_changes(NOON + timedelta(minutes=5)) == 1
    one.refresh_from_db()
    assert (one.standing, one.due_at, one.fate) == ("due", NOON + timedelta(minutes=5), "done")


def test_a_worker_that_dies_while_it_changes_has_changed_nothing(monkeypatch):
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())
    engine.advance(NOON)
    go_on = effects._go_on

    def die(*args):
        go_on(*args)
        raise KeyboardInterrupt

    monkeypatch.setattr(effects, "_go_on", die)
    with pytest.raises(KeyboardInterrupt):
        effects.apply_changes(NOON)
    monkeypatch.undo()

    one.refresh_from_db()
    one.customer.refresh_from_db()
    assert (one.standing, one.customer.traits, Change.objects.count()) == ("change", {}, 1)
    run()
    one.customer.refresh_from_db()
    assert (one.customer.traits, taken()) == ({"x": 1}, ["next"])


def test_what_goes_wrong_goes_wrong_for_those_alike_alone(monkeypatch):
    good = live(step("change", "update_trait", trait="x", value=1))
    bad = live(step("change", "set_consent", channel="sms", granted=True), slug="bad")
    one, two = enrolled(good, builders.customer()), enrolled(bad, builders.customer())
    monkeypatch.setattr(effects, "set_consents", lambda _changes, _now: 1 / 0)

    run()

    two.refresh_from_db()
    one.customer.refresh_from_db()
    assert one.customer.traits == {"x": 1}
    assert (taken(), two.context["answers"]["change"]["error"]) == (
        ["next", "failed"],
        "ZeroDivisionError('division by zero')",
    )


def test_a_customer_who_is_erased_while_a_change_is_asked_for_leaves_nothing():
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())
    engine.advance(NOON)

    services.erase_customers([one.customer_id], NOON)

    assert effects.apply_changes(NOON) == 0
    assert (Change.objects.count(), Enrollment.objects.count()) == (0, 0)


def test_a_customer_who_is_merged_while_a_change_is_asked_for_takes_it_along():
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())
    kept = builders.customer()
    engine.advance(NOON)

    merge_customers([Merge(one.customer_id, kept.pk)], NOON)
    run()

    kept.refresh_from_db()
    assert (kept.traits, taken()) == ({"x": 1}, ["next"])


def test_a_customer_who_left_meanwhile_is_not_changed():
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())
    engine.advance(NOON)
    exit_enrollments([one.pk], "gone", NOON)

    assert effects.apply_changes(NOON) == 1
    one.customer.refresh_from_db()
    assert (one.customer.traits, Change.objects.count()) == ({}, 0)


def test_changes_take_the_same_few_queries_however_many_customers(django_assert_max_num_queries):
    version = live(step("change", "update_trait", trait="x", value=1))
    for _ in range(30):
        enrolled(version, builders.customer())
    engine.advance(NOON)

    with django_assert_max_num_queries(32):
        assert effects.apply_changes(NOON) == 30


def test_all_work_that_is_due_makes_changes_too():
    one = enrolled(live(step("change", "update_trait", trait="x", value=1)), builders.customer())

    work.settle(NOON)

    one.refresh_from_db()
    assert one.standing == "ended"
