import pytest
from django.contrib.auth import get_user_model

from channels.models import Message
from config import work
from journeys import engine, services
from journeys.faults import GraphError
from journeys.models import Enrollment, Journey, JourneyAct, StepLog
from journeys.queries import stuck
from journeys.services import JourneyStateError
from journeys.trigger import listen
from journeys.warn import WarningsError
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import IN_ROME, content, draft, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", span="P2D")


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def errors_of(*steps, trigger=None):
    with pytest.raises(GraphError) as caught:
        services.publish(draft(*steps, trigger=trigger).pk, NOON)
    return {error["path"]: error["message"] for error in caught.value.errors}


def test_publish_makes_an_immutable_version_of_the_draft():
    journey = draft(PAUSE)

    first = services.publish(journey.pk, NOON)
    services.save_draft(journey.pk, graph(step("bye", "exit")))
    second = services.publish(journey.pk, NOON + DAY)

    journey.refresh_from_db()
    assert (journey.state, journey.live_version) == ("live", second)
    assert (first.number, second.number) == (1, 2)
    assert (first.graph["start"], second.graph["start"]) == ("pause", "bye")


def test_those_inside_keep_the_version_that_they_entered():
    version = live(PAUSE)
    one = enrolled(version, builders.customer())
    services.save_draft(version.journey_id, graph(step("bye", "exit")))
    services.publish(version.journey_id, NOON)

    engine.advance(NOON)

    one.refresh_from_db()
    assert (one.version, one.step, one.standing) == (version, "pause", "due")


def test_publish_names_contents_segments_and_stages_that_are_not_there():
    content("hello-sms", channel="sms")
    in_vip = {"field": "segment", "operator": "in", "value": "vip"}

    assert errors_of(
        step("a", "send_email", {"next": "b"}, content="gone"),
        step("b", "send_email", {"next": "c"}, content="hello-sms"),
        step("c", "branch", rules=[{"branch": "x", "rule": in_vip}]),
        trigger={"kind": "stage_reached", "stage": "seventh-heaven"},
    ) == {
        "steps.a.settings.content": "there is no content 'gone'",
        "steps.b.settings.content": "'hello-sms' is a content for sms; this step sends by email",
        "steps.c.settings.rules.0.rule": "there is no segment 'vip'",
        "trigger.stage": "there is no stage 'seventh-heaven'",
    }
    assert Journey.objects.get().live_version is None


def test_publish_refuses_a_draft_that_is_empty():
    journey = draft(PAUSE)
    services.save_draft(journey.pk, {})

    with pytest.raises(GraphError, match=r"trigger: This is missing\."):
        services.publish(journey.pk, NOON)


@pytest.mark.parametrize(
    "graph", [[], {"a": float("nan")}, {"a": "\0"}, {"a": "\ud800"}, {"a": "x" * 1_000_001}]
)
def test_save_draft_refuses_what_can_not_be_stored(graph):
    with pytest.raises(GraphError):
        services.save_draft(draft(PAUSE).pk, graph)


def test_create_journey_refuses_a_key_that_is_taken():
    draft(PAUSE)

    with pytest.raises(GraphError, match="key of another journey"):
        draft(PAUSE)


def test_pause_and_resume_lose_nobody():
    content("hello")
    version = live(
        step("hello", "send_email", {"next": "pause"}, content="hello"),
        PAUSE | {"branches": {"next": "paid"}},
        step("paid", "wait_for", {"happened": None, "timed_out": None}, event="Paid", at_most="P9D"),
    )
    sending, waiting, awaiting, paid = (builders.customer() for _ in range(4))
    enrolled(version, sending)
    enrolled(version, waiting, step="pause")
    enrolled(version, awaiting, step="paid")
    enrolled(version, paid, step="paid")
    while engine.advance(NOON):
        pass

    assert services.pause(version.journey_id) == 4

    assert list(Message.objects.values_list("state", "reason")) == [("held", "paused")]
    builders.event(paid, "Paid", NOON + HOUR)
    listen(NOON + HOUR)
    assert engine.advance(NOON + 20 * DAY) == 0

    assert services.resume(version.journey_id, NOON + 20 * DAY) == 4
    while engine.advance(NOON + 20 * DAY):
        pass
    assert list(Message.objects.values_list("state", "reason")) == [("queued", "")]
    taken = StepLog.objects.values_list("customer_id", "step", "branch")
    assert set(taken) == {
        (waiting.pk, "pause", "next"),
        (awaiting.pk, "paid", "timed_out"),
        (paid.pk, "paid", "happened"),
    }


def test_exit_ends_enrollments_and_withdraws_their_messages():
    content("hello")
    version = live(step("hello", "send_email", content="hello"))
    one, two = (enrolled(version, builders.customer()) for _ in range(2))
    engine.advance(NOON)

    assert services.exit_enrollments([one.pk], "asked to", NOON + HOUR) == 1
    assert services.exit_enrollments([one.pk], "asked to", NOON + HOUR) == 0

    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.standing, one.exit_reason, one.ended_at) == ("ended", "asked to", NOON + HOUR)
    assert two.standing == "message"
    assert dict(Message.objects.values_list("enrollment_id", "state")) == {
        one.pk: "suppressed",
        two.pk: "queued",
    }


def test_archive_ends_all_who_are_inside():
    version = live(PAUSE)
    for _ in range(3):
        enrolled(version, builders.customer())
    services.pause(version.journey_id)

    assert services.archive(version.journey_id, NOON) == 3

    assert set(Enrollment.objects.values_list("standing", "exit_reason")) == {("ended", "archived")}
    with pytest.raises(JourneyStateError, match="'welcome' is archived"):
        services.resume(version.journey_id, NOON)


def test_an_archived_journey_comes_back_as_a_draft_and_lets_nobody_in_before_it_is_published():
    version = live(PAUSE)
    gone = enrolled(version, builders.customer())
    services.archive(version.journey_id, NOON)

    services.restore(version.journey_id)

    builders.event(builders.customer())
    listen(NOON)
    journey = Journey.objects.get()
    assert (journey.state, journey.live_version) == ("draft", version)
    assert list(Enrollment.objects.values_list("pk", "standing")) == [(gone.pk, "ended")]
    assert services.publish(journey.pk, NOON).number == 2
    assert Journey.objects.get().state == "live"
    with pytest.raises(JourneyStateError, match="can be done when it is: archived"):
        services.restore(journey.pk)


def test_pause_refuses_a_journey_that_is_not_live():
    with pytest.raises(JourneyStateError, match="is draft; this can be done when it is: live"):
        services.pause(draft(PAUSE).pk)


def test_resume_releases_those_whose_step_failed_once_and_leaves_those_who_are_parked():
    version = live(PAUSE)
    once = enrolled(version, builders.customer(), attempts=1, error="seven is nine")
    enrolled(version, builders.customer(), is_on_hold=True, attempts=5, error="seven is nine")
    assert services.pause(version.journey_id) == 1

    assert services.resume(version.journey_id, NOON) == 1

    assert list(Enrollment.objects.filter(is_on_hold=False)) == [once]
    assert engine.advance(NOON) == 1


def test_publish_accepts_a_rule_as_trigger_and_branch():
    version = live(
        step("who", "branch", {"roman": None}, rules=[{"branch": "roman", "rule": IN_ROME}]),
        trigger={"kind": "event", "event": "Paid", "rule": IN_ROME},
    )

    assert version.number == 1


def advance_all(now):
    while engine.advance(now):
        pass


def test_resume_drops_messages_that_are_too_old_and_their_customers_go_on_by_not_sent():
    content("hello")
    version = live(
        step("hello", "send_email", {"sent": "bye", "not_sent": "pause"}, content="hello"),
        step("bye", "exit"),
        PAUSE,
    )
    old, new, waiting = (enrolled(version, builders.customer()) for _ in range(3))
    Enrollment.objects.filter(pk=waiting.pk).update(step="pause")
    Enrollment.objects.filter(pk=new.pk).update(due_at=NOON + 3 * DAY)
    advance_all(NOON)
    advance_all(NOON + 3 * DAY)
    services.pause(version.journey_id)
    now = NOON + 4 * DAY

    services.resume(version.journey_id, now, older_than=2 * DAY)
    engine.hear_fates(now)
    advance_all(now)

    assert dict(Message.objects.values_list("enrollment_id", "reason")) == {old.pk: "stale", new.pk: ""}
    stands = {row.pk: (row.step, row.standing) for row in Enrollment.objects.all()}
    assert stands == {old.pk: ("pause", "due"), new.pk: ("hello", "message"), waiting.pk: ("pause", "ended")}
    assert JourneyAct.objects.get(what="resumed").details == {"older_than": 172800.0, "dropped": 1}


def test_drain_lets_nobody_in_and_archives_when_the_last_has_left():
    version = live(PAUSE)
    one = enrolled(version, builders.customer())
    services.drain(version.journey_id)
    builders.event(builders.customer())
    listen(NOON)
    assert list(Enrollment.objects.values_list("pk", flat=True)) == [one.pk]

    work.settle(NOON)
    assert Journey.objects.get().state == "draining"
    work.settle(NOON + 2 * DAY)

    assert Journey.objects.get().state == "archived"
    assert list(JourneyAct.objects.order_by("id").values_list("what", flat=True)) == [
        "created",
        "published",
        "drained",
        "archived",
    ]


def test_a_draining_journey_can_go_live_again_and_is_not_ended_then():
    version = live(PAUSE)
    services.drain(version.journey_id)

    services.resume(version.journey_id, NOON)

    assert services.end_drained(NOON) == 0
    assert Journey.objects.get().state == "live"


def test_publishing_a_draining_journey_lets_nobody_in():
    version = live(PAUSE)
    services.drain(version.journey_id)

    services.publish(version.journey_id, NOON)

    assert Journey.objects.get().state == "draining"


def test_acts_say_who_did_what_and_what_changed():
    ada = get_user_model().objects.create_user("ada")
    journey = draft(PAUSE)

    services.save_draft(journey.pk, graph(step("bye", "exit")), by=ada)
    services.save_draft(journey.pk, graph(step("bye", "exit")), by=ada)
    services.publish(journey.pk, NOON, by=ada)
    services.pause(journey.pk, by=ada)

    acts = list(JourneyAct.objects.order_by("id").values_list("what", "by__username", "details"))
    changes = {"around": ["start"], "added": ["bye"], "removed": ["pause"]}
    assert acts == [
        ("created", None, {}),
        ("drafted", "ada", {"changes": changes}),
        ("published", "ada", {"version": 1, "changes": acts[2][2]["changes"]}),
        ("paused", "ada", {}),
    ]
    assert acts[2][2]["changes"]["added"] == ["bye"]


def test_publishing_asks_for_each_warning_and_keeps_who_acknowledged_it():
    ada = get_user_model().objects.create_user("ada")
    journey = draft(PAUSE)

    with pytest.raises(WarningsError) as refused:
        services.publish(journey.pk, NOON, by=ada, acknowledged=["no_goal"])
    version = services.publish(journey.pk, NOON, by=ada, acknowledged=["no_goal", "open_end:steps.pause"])

    assert [warning.key for warning in refused.value.warnings] == ["open_end:steps.pause"]
    assert [(one["key"], one["by"]) for one in version.acknowledged] == [
        ("no_goal", "ada"),
        ("open_end:steps.pause", "ada"),
    ]
