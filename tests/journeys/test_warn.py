import pytest

from journeys import step as steps
from journeys.graph import parse
from journeys.steps.wait import Wait
from journeys.warn import GraphWarning, warnings_of
from tests.builders import NOON
from tests.journeys.builders import graph, step

GOALS = {"goals": [{"name": "bought"}]}
PAUSE = step("pause", "wait", {"next": None}, span="P10D")


def codes(*steps, trigger=None, raw=None):
    written = graph(*steps, trigger=trigger)
    return [warning.key for warning in warnings_of(parse(written), written | (raw or {}), NOON)]


def test_a_journey_without_a_goal_is_warned_of():
    assert codes(PAUSE) == ["no_goal"]
    assert codes(PAUSE, raw=GOALS) == []


def test_a_step_that_names_no_branch_is_warned_of_and_an_exit_is_not():
    assert codes(
        step("pause", "wait", {"next": "after"}, span="P1D"), step("after", "wait", span="P1D"), raw=GOALS
    ) == ["open_end:steps.after"]
    assert codes(step("bye", "exit"), raw=GOALS) == []


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"ends_at": "2025-03-08T12:00:00Z"}, ["too_long:steps.pause"]),
        ({"ends_at": "2025-03-20T12:00:00Z"}, []),
        ({"starts_at": "2025-03-15T12:00:00Z", "ends_at": "2025-03-20T12:00:00Z"}, ["too_long:steps.pause"]),
    ],
)
def test_a_wait_longer_than_the_journey_is_warned_of(entry, expected):
    written = graph(PAUSE) | GOALS
    dated = written | {"trigger": written["trigger"] | {"entry": entry}}

    found = warnings_of(parse(graph(PAUSE)), dated, NOON)

    assert [warning.key for warning in found] == expected


@pytest.fixture
def add_to_list(monkeypatch):
    """A kind of step that puts a customer into a list, as long as the test runs."""

    class AddToList(Wait):
        list: str

    AddToList.kind = "add_to_list"
    monkeypatch.setitem(steps.registry._known, "add_to_list", AddToList)


@pytest.mark.parametrize(
    ("segment", "policy", "expected"),
    [("vip", "again", ["own_trigger:steps.add"]), ("vip", "once", []), ("other", "again", [])],
)
@pytest.mark.usefixtures("add_to_list")
def test_a_step_that_brings_its_own_trigger_about_is_warned_of(segment, policy, expected):
    trigger = {"kind": "segment_entered", "segment": "vip", "entry": {"policy": policy}}

    assert (
        codes(
            step("add", "add_to_list", {"next": None}, list=segment, span="P1D"), trigger=trigger, raw=GOALS
        )
        == expected
    )


def test_the_key_of_a_warning_is_its_code_and_its_path():
    assert GraphWarning("no_goal", "", "?").key == "no_goal"
    assert GraphWarning("open_end", "steps.a", "?").as_json() == {
        "key": "open_end:steps.a",
        "code": "open_end",
        "path": "steps.a",
        "message": "?",
    }
