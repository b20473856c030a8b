import pytest
from django.db import connection

from channels.models import FateNotice, Message
from config import work
from journeys import engine, moving, publishing, services
from journeys.mapping import MapError
from journeys.models import Enrollment, Journey, JourneyAct, StepLog, VersionMove
from journeys.moves import Line, migration_preview
from journeys.queries import stuck
from journeys.states import JourneyStateError
from tests import builders
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import content, enrolled, graph, live, step

pytestmark = pytest.mark.django_db
PAUSE = step("pause", "wait", {"next": "bye"}, span="P2D")
BYE = step("bye", "exit", reason="done")


@pytest.fixture(autouse=True)
def nobody_is_stuck():
    yield
    assert stuck() == []


def inside(version, many=1, **fields):
    return [enrolled(version, builders.customer(), **fields) for _ in range(many)]


def next_version(version, *steps, now=NOON, moves=None):
    services.save_draft(version.journey_id, graph(*steps))
    return services.publish(version.journey_id, now, moves=moves)


def move_all(now=NOON, limit=1000):
    total = 0
    while moved := moving.move_versions(now, limit):
        total += moved
    return total


def advance_all(now):
    while engine.advance(now):
        pass


def standing(enrollment):
    enrollment.refresh_from_db()
    return (
        enrollment.version.number,
        enrollment.step,
        enrollment.visit,
        enrollment.standing,
        enrollment.due_at,
    )


def faults(error):
    return {each["path"]: each["message"] for each in error.value.errors}


def test_whoever_waits_is_moved_and_its_wait_counts_on_by_the_new_span():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    advance_all(NOON)

    second = next_version(first, step("pause", "wait", {"next": "bye"}, span="P5D"), BYE, moves={1: {}})
    assert move_all(NOON + DAY) == 1
    advance_all(NOON + DAY)

    assert standing(one) == (second.number, "pause", 1, "due", NOON + 5 * DAY)
    assert list(StepLog.objects.values_list("version", "step", "visit", "branch")) == [
        (first.pk, "pause", 1, "$migrated")
    ]
    assert VersionMove.objects.get().finished_at == NOON + DAY


def test_a_version_that_no_map_names_stays():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    second = next_version(first, PAUSE, BYE)
    (two,) = inside(second)

    next_version(second, PAUSE, BYE, moves={2: {}})
    move_all()

    assert (standing(one)[0], standing(two)[0]) == (1, 3)


def test_publishing_is_refused_while_somebody_stands_where_the_map_says_nothing():
    first = live(PAUSE, BYE)
    inside(first, 3)
    services.save_draft(first.journey_id, graph(step("rest", "wait", span="P1D")))

    with pytest.raises(MapError) as refused:
        services.publish(first.journey_id, NOON, moves={1: {}})

    assert faults(refused) == {
        "1.pause": "3 customers stand at this step: name the step of the new version to which they go,"
        " or null to let them leave"
    }
    assert Journey.objects.get().live_version == first


@pytest.mark.parametrize(
    ("moves", "path"),
    [
        ({3: {}}, "3"),
        ({1: {"nowhere": "bye"}}, "1.nowhere"),
        ({1: {"pause": "nowhere"}}, "1.pause"),
        ({2: {}}, "2"),
    ],
)
def test_a_map_that_names_what_is_not_there_is_refused(moves, path):
    first = live(PAUSE, BYE)
    inside(first)

    with pytest.raises(MapError) as refused:
        services.publish(first.journey_id, NOON, moves=moves)

    assert list(faults(refused)) == [path]


def test_preview_tells_how_many_stand_where_and_where_they_would_go():
    first = live(PAUSE, BYE)
    inside(first, 2)
    inside(first, step="bye")
    second = next_version(first, PAUSE, BYE)
    inside(second)

    lines = migration_preview(first.journey_id, {1: {"bye": None}}, graph(PAUSE, BYE))

    assert lines == [
        Line(1, "bye", 1, None, is_mapped=True),
        Line(1, "pause", 2, "pause", is_mapped=True),
        Line(2, "pause", 1, None, is_mapped=False),
    ]


def test_those_mapped_to_nothing_leave_and_what_they_were_to_get_is_withdrawn():
    content("hello")
    first = live(step("hello", "send_email", content="hello"))
    (one,) = inside(first)
    advance_all(NOON)

    next_version(first, BYE, moves={1: {"hello": None}})
    move_all(NOON + HOUR)

    one.refresh_from_db()
    assert (one.standing, one.exit_reason, one.ended_at) == ("ended", "migrated", NOON + HOUR)
    assert list(Message.objects.values_list("state", "reason")) == [("suppressed", "exited")]


def test_a_queued_message_of_the_same_step_is_kept():
    content("hello")
    hello = step("hello", "send_email", {"next": "pause"}, content="hello")
    first = live(hello, PAUSE, BYE)
    (one,) = inside(first)
    advance_all(NOON)

    next_version(first, hello | {"branches": {"next": "bye"}}, BYE, moves={1: {}})
    move_all()

    assert standing(one) == (2, "hello", 1, "message", None)
    message = Message.objects.get()
    assert (message.state, message.visit) == ("queued", 1)
    FateNotice.objects.create(
        message_id=message.pk, enrollment_id=one.pk, step="hello", visit=1, fate="sent", fated_at=NOON + HOUR
    )
    engine.hear_fates(NOON + HOUR)
    advance_all(NOON + HOUR)
    one.refresh_from_db()
    assert (one.step, one.exit_reason, Message.objects.count()) == ("bye", "done", 1)


def test_a_held_message_whose_text_is_another_is_withdrawn_and_sent_anew():
    content("hello")
    content("better")
    first = live(step("hello", "send_email", content="hello"))
    (one,) = inside(first)
    advance_all(NOON)
    Message.objects.update(state="held", reason="cap", due_at=NOON + DAY)

    next_version(first, step("hello", "send_email", content="better"), moves={1: {}})
    move_all()
    advance_all(NOON)

    assert standing(one) == (2, "hello", 2, "message", None)
    assert list(Message.objects.order_by("id").values_list("content__slug", "visit", "state", "reason")) == [
        ("hello", 1, "suppressed", "withdrawn"),
        ("better", 2, "queued", ""),
    ]
    assert FateNotice.objects.count() == 0


def test_a_message_on_its_way_is_waited_for_and_others_are_moved_meanwhile():
    content("hello")
    first = live(step("hello", "send_email", {"next": "pause"}, content="hello"), PAUSE, BYE)
    sending, waiting = inside(first, 2)
    Enrollment.objects.filter(pk=waiting.pk).update(step="pause")
    advance_all(NOON)
    message = Message.objects.get()
    Message.objects.update(state="sending", due_at=None, slot_at=NOON)

    next_version(first, step("rest", "wait", span="P9D"), moves={1: {"hello": "rest", "pause": "rest"}})
    assert move_all(NOON, limit=1) == 1

    assert (standing(sending)[:2], standing(waiting)[:2]) == ((1, "hello"), (2, "rest"))
    assert VersionMove.objects.get().finished_at is None
    Message.objects.update(state="sent")
    FateNotice.objects.create(
        message_id=message.pk,
        enrollment_id=sending.pk,
        step="hello",
        visit=1,
        fate="sent",
        fated_at=NOON + HOUR,
    )
    engine.hear_fates(NOON + HOUR)
    assert move_all(NOON + HOUR) == 1
    assert standing(sending) == (2, "rest", 2, "due", NOON + HOUR)
    assert VersionMove.objects.get().finished_at == NOON + HOUR


def test_whoever_comes_to_a_step_that_the_map_leaves_out_is_moved_where_it_comes_to_one_that_it_names():
    first = live(
        step("pause", "wait", {"next": "lost"}, span="P2D"),
        step("lost", "wait", {"next": "late"}, span="P1D"),
        step("late", "wait", span="P1D"),
    )
    (one,) = inside(first)
    next_version(first, step("pause", "wait", {"next": "late"}, span="P2D"), step("late", "wait", span="P1D"))
    Enrollment.objects.update(step="lost")
    VersionMove.objects.create(
        journey=first.journey,
        from_version=first,
        to_version=Journey.objects.get().live_version,
        steps={"pause": "pause", "late": "late"},
        asked_at=NOON,
    )
    assert move_all() == 0
    advance_all(NOON)
    advance_all(NOON + DAY)

    assert move_all(NOON + DAY) == 1

    assert standing(one)[:3] == (2, "late", 2)


def test_moving_goes_on_in_chunks_and_through_the_versions_of_a_chain():
    first = live(PAUSE, BYE)
    inside(first, 5)
    second = next_version(first, PAUSE, BYE, moves={1: {}})
    assert moving.move_versions(NOON, limit=2) == 2
    next_version(second, PAUSE, BYE, moves={2: {}})

    assert move_all(limit=2) == 3 + 5

    assert set(Enrollment.objects.values_list("version__number", flat=True)) == {3}
    assert VersionMove.objects.filter(finished_at=None).count() == 0


def test_those_whom_a_broken_version_holds_are_mended_by_moving_them():
    first = live(PAUSE, BYE)
    (one,) = inside(first, is_on_hold=True, attempts=5, error="The version can't be read")

    next_version(first, PAUSE, BYE, moves={1: {}})
    move_all()
    one.refresh_from_db()

    assert (one.is_on_hold, one.attempts, one.error, one.due_at) == (False, 0, "", NOON)


def test_those_of_a_paused_journey_are_moved_and_stay_on_hold():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    (broken,) = inside(first, error="broken")
    services.pause(first.journey_id)

    next_version(first, step("rest", "wait", span="P1D"), moves={1: {"pause": "rest"}})
    assert move_all() == 2

    for each in (one, broken):
        each.refresh_from_db()
        assert (each.step, each.is_on_hold) == ("rest", True)
    services.resume(first.journey_id, NOON)
    advance_all(NOON)
    assert standing(one) == (2, "rest", 2, "due", NOON + DAY)


def test_moving_after_publishing_leads_to_the_live_version():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    next_version(first, PAUSE, BYE)

    publishing.migrate(first.journey_id, {1: {"pause": "bye"}}, NOON)
    move_all()

    assert standing(one)[:2] == (2, "bye")
    assert JourneyAct.objects.filter(what="migrated").get().details == {
        "to": 2,
        "moves": {"1": {"pause": "bye"}},
    }
    services.archive(first.journey_id, NOON)
    with pytest.raises(JourneyStateError, match="is archived"):
        publishing.migrate(first.journey_id, {1: {}}, NOON)


def test_a_newer_map_takes_the_place_of_one_under_way():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    second = next_version(first, step("rest", "wait", span="P1D"), moves={1: {"pause": "rest"}})

    next_version(second, step("sleep", "wait", span="P1D"), moves={1: {"pause": "sleep"}})
    move_all()

    assert standing(one)[:2] == (3, "sleep")


def test_moving_is_a_piece_of_work():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    next_version(first, BYE, moves={1: {"pause": "bye"}})

    work.settle(NOON)

    one.refresh_from_db()
    assert (one.exit_reason, one.visit) == ("done", 2)


def test_roll_back_publishes_an_earlier_graph_again_and_leaves_the_draft():
    first = live(PAUSE, BYE)
    (one,) = inside(first)
    second = next_version(first, BYE, moves={1: {"pause": "bye"}})
    draft = graph(BYE)

    third = publishing.roll_back(first.journey_id, 1, NOON, moves={1: {}})
    move_all()

    assert (third.number, third.graph, Journey.objects.get().draft) == (3, first.graph, draft)
    assert (second.number, standing(one)[0]) == (2, 3)
    assert JourneyAct.objects.get(what="rolled_back").details["to"] == 1
    with pytest.raises(JourneyStateError, match="has no version 9"):
        publishing.roll_back(first.journey_id, 9, NOON)


def test_one_customer_is_taken_to_another_step():
    content("hello")
    first = live(step("hello", "send_email", {"next": "pause"}, content="hello"), PAUSE, BYE)
    (one,) = inside(first)
    advance_all(NOON)

    moving.move_enrollment(one.pk, "pause", NOON + HOUR)

    assert standing(one) == (1, "pause", 2, "due", NOON + HOUR)
    assert list(Message.objects.values_list("state", "reason")) == [("suppressed", "withdrawn")]
    assert list(StepLog.objects.values_list("step", "branch")) == [("hello", "$moved")]
    advance_all(NOON + HOUR)
    assert standing(one)[4] == NOON + HOUR + 2 * DAY


def test_one_customer_is_not_taken_to_a_step_that_is_not_there_nor_back_in():
    first = live(PAUSE, BYE)
    (one,) = inside(first)

    with pytest.raises(
        moving.NoSuchStepError, match="no step 'nowhere' in its version; there are: pause, bye"
    ):
        moving.move_enrollment(one.pk, "nowhere", NOON)
    services.exit_enrollments([one.pk], "asked", NOON)
    with pytest.raises(JourneyStateError, match="has left"):
        moving.move_enrollment(one.pk, "bye", NOON)


CROWD = """
    INSERT INTO journeys_enrollment
        (journey_id, version_id, customer_id, key, step, reached_at, due_at, entered_at)
    SELECT journey_id, version_id, customer_id, n, 'bye', reached_at, due_at, entered_at
    FROM journeys_enrollment, generate_series(1, 2000) AS n
"""


def test_finding_those_to_be_moved_reads_the_index():
    first = live(PAUSE, BYE)
    inside(first)
    values = {"version": first.pk, "steps": ["pause"], "same": ["pause"], "limit": 10}

    with connection.cursor() as cursor:
        cursor.execute(CROWD)
        cursor.execute("ANALYZE journeys_enrollment")
        cursor.execute(f"EXPLAIN {moving.FIND}", values)
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "enrollment_at_step" in plan
