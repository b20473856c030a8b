from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from journeys.drawing import TRIGGER, Box, draw


def step(name: str, **branches: str | None) -> dict[str, Any]:
    return {"id": name, "kind": "wait", "settings": {}, "branches": branches}


def graph(*steps: dict[str, Any]) -> dict[str, Any]:
    return {"trigger": {"kind": "event"}, "start": steps[0]["id"], "steps": list(steps)}


def overlap(one: Box, other: Box) -> bool:
    apart = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not (apart or one.y + one.height <= other.y or other.y + other.height <= one.y)


def test_drawing_goes_down_from_the_trigger() -> None:
    boxes = {box.id: box for box in draw(graph(step("a", next="b"), step("b", next=None))).boxes}

    assert boxes[TRIGGER].y < boxes["a"].y < boxes["b"].y < boxes["b/next"].y


def test_drawing_keeps_the_order_of_rules() -> None:
    fork = {
        "id": "fork",
        "kind": "branch",
        "settings": {"rules": [{"branch": "second"}, {"branch": "first"}]},
        "branches": {"else": "c", "first": "b", "second": "a"},
    }
    boxes = {box.id: box for box in draw(graph(fork, step("a"), step("b"), step("c"))).boxes}

    assert boxes["a"].x < boxes["b"].x < boxes["c"].x


def test_drawing_stands_a_meeting_point_below_all_that_lead_to_it() -> None:
    steps = [step("a", yes="b", no="d"), step("b", next="c"), step("c", next="d"), step("d", next=None)]
    boxes = {box.id: box for box in draw(graph(*steps)).boxes}

    assert boxes["d"].y > boxes["c"].y


def test_drawing_shows_a_way_back_as_one() -> None:
    drawing = draw(graph(step("a", next="b"), step("b", again="a", next=None)))

    assert [edge.branches for edge in drawing.edges if edge.is_back] == [("again",)]


def test_drawing_shows_branches_that_lead_to_the_same_step_as_one_way() -> None:
    steps = [step("a", sent="b", not_sent="b", other=None), step("b", next="c", failed="c"), step("c")]

    ways = [edge.branches for edge in draw(graph(*steps)).edges]

    assert ways == [(), ("other",), ("sent", "not_sent"), (), ()]


def test_drawing_bears_ten_thousand_steps() -> None:
    steps = [step(f"s{number}", next=f"s{number + 1}") for number in range(10_000)]

    assert len(draw(graph(*steps)).boxes) == 10_002


def test_drawing_bears_a_broken_graph() -> None:
    for broken in ({}, {"steps": None}, {"start": "x", "steps": [1, {"id": "x", "branches": []}]}):
        assert draw(broken).boxes[0].id == TRIGGER


NAMES = [f"s{number}" for number in range(8)]


@given(
    st.lists(
        st.dictionaries(st.sampled_from(["x", "y", "next"]), st.sampled_from([*NAMES, None])),
        min_size=1,
        max_size=8,
    )
)
def test_drawing_never_lays_boxes_over_each_other(ways: list[dict[str, str | None]]) -> None:
    steps = [step(name, **way) for name, way in zip(NAMES, ways, strict=False)]
    boxes = draw(graph(*steps)).boxes

    assert not [pair for pair in combinations(boxes, 2) if overlap(*pair)]
