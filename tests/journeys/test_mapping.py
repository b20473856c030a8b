import pytest

from journeys.graph import parse
from journeys.mapping import IN_FLIGHT, OPEN, Stood, Way, complete, faults_of, placed, ways
from journeys.span import Span
from tests.builders import DAY, HOUR, NOON
from tests.journeys.builders import graph, step

STEP = {"is_same_step": True, "is_same_kind": True, "says_the_same": True, "is_unchanged": True}
SAME = Way("pause", **STEP)
LONGER = Way("pause", **STEP | {"is_unchanged": False})
RENAMED = Way("rest", is_same_kind=True, says_the_same=True)
OTHER = Way("bye")
NEW_TEXT = Way("pause", is_same_step=True, is_same_kind=True)
SINCE = NOON - DAY


def stood(**fields):
    values = {"standing": "due", "due_at": NOON + DAY, "fate": "", "error": ""} | fields
    return Stood(id=7, customer_id=1, step="pause", visit=3, reached_at=SINCE, **values)


def where(row, way):
    new = placed(row, way, NOON)
    return new and (new.step, new.visit, new.reached_at, new.standing, new.due_at, new.fate, new.withdraws)


def test_whoever_waits_at_an_unchanged_step_waits_on():
    assert where(stood(), SAME) == ("pause", 3, SINCE, "due", NOON + DAY, "", False)


def test_a_changed_wait_counts_on_and_is_decided_anew():
    assert where(stood(), LONGER) == ("pause", 3, SINCE, "due", NOON, "", False)
    assert where(stood(standing="event"), LONGER) == ("pause", 3, SINCE, "event", NOON, "", False)


def test_a_renamed_wait_counts_on_as_a_new_visit():
    assert where(stood(), RENAMED) == ("rest", 4, SINCE, "due", NOON, "", False)


def test_a_step_of_another_kind_begins_now():
    assert where(stood(), OTHER) == ("bye", 4, NOON, "due", NOON, "", False)


def test_whoever_is_mapped_to_nothing_leaves():
    assert placed(stood(), Way(None), NOON).step is None


@pytest.mark.parametrize("message", [OPEN, IN_FLIGHT])
def test_a_message_of_the_same_step_is_kept(message):
    row = stood(standing="message", due_at=None, message=message)

    assert where(row, SAME) == ("pause", 3, SINCE, "message", None, "", False)


@pytest.mark.parametrize("way", [NEW_TEXT, RENAMED, OTHER])
def test_an_open_message_of_a_step_that_changes_is_withdrawn_and_asked_for_as_a_new_visit(way):
    new = placed(stood(standing="message", due_at=None, message=OPEN), way, NOON)

    assert (new.visit, new.standing, new.due_at, new.withdraws) == (4, "due", NOON, True)


def test_a_message_on_its_way_is_not_sent_again_by_another_text_and_waited_for_at_another_step():
    row = stood(standing="message", due_at=None, message=IN_FLIGHT)

    assert where(row, NEW_TEXT) == ("pause", 3, SINCE, "message", None, "", False)
    assert placed(row, OTHER, NOON) is None
    assert placed(row, RENAMED, NOON) is None
    assert placed(row, Way(None), NOON) is None


def test_a_fate_that_was_heard_is_kept_where_the_message_is_the_same():
    row = stood(fate="sent", due_at=NOON - HOUR)

    assert where(row, NEW_TEXT) == ("pause", 3, SINCE, "due", NOON - HOUR, "sent", False)
    assert where(row, RENAMED) == ("rest", 3, SINCE, "due", NOON - HOUR, "sent", False)
    assert where(row, OTHER) == ("bye", 4, NOON, "due", NOON, "", False)


def test_whoever_failed_is_tried_anew():
    assert where(stood(error="no such step"), SAME) == ("pause", 3, SINCE, "due", NOON, "", False)


def wait(name, span="P1D", branches=None):
    return step(name, "wait", branches or {}, span=span)


def test_the_map_is_completed_by_steps_of_the_same_id_and_kind():
    old = graph(wait("a"), wait("b"), wait("c"), step("d", "exit"))
    new = graph(wait("a"), wait("b"), step("d", "wait", span="P1D"))

    assert complete(old, new, {"b": "a"}) == {"a": "a", "b": "a"}
    assert complete({"steps": "none"}, new, {}) == {}


def test_a_map_names_only_what_is_there():
    old, new = graph(wait("a")), graph(wait("b"))

    assert faults_of(2, old, new, {"a": "c", "x": None}) == [
        {"path": "2.a", "message": "leads to the step 'c', which is not there"},
        {"path": "2.x", "message": "version 2 has no step 'x'"},
    ]


def test_ways_tell_how_much_of_a_step_is_the_same():
    old = parse(graph(wait("a", branches={"next": "b"}), step("b", "send_email", content="hello")))
    new = parse(
        graph(
            wait("a", "P2D", {"next": "b"}),
            step("b", "send_email", {"next": "c"}, content="bye"),
            step("c", "send_email", {"next": "d"}, content="hello", priority=90),
            step("d", "exit"),
        )
    )

    assert ways(old, new, {"a": "a", "b": "b"}) == {
        "a": Way("a", is_same_step=True, is_same_kind=True, says_the_same=True),
        "b": Way("b", is_same_step=True, is_same_kind=True),
    }
    assert ways(old, new, {"b": "c"})["b"] == Way("c", is_same_kind=True, says_the_same=True)
    assert ways(old, new, {"a": "d", "b": None}) == {"a": Way("d"), "b": Way(None)}
    assert ways(old, old, {"a": "a"})["a"].is_unchanged
    assert ways(ValueError("?"), new, {"a": "a"}) == {"a": Way("a")}
    assert old.places["a"].step.span == Span(days=1)
