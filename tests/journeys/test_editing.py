"""What whoever draws a journey is told of it, also of one that is broken in any way."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from journeys.editing import told_of
from tests.builders import NOON
from tests.journeys.builders import ORDERED, content, graph, step

pytestmark = pytest.mark.django_db
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.text(max_size=4) | st.sampled_from(["kind", "span", "branch"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
KINDS = st.sampled_from(["wait", "branch", "send", "split", "wait_for", "wait_until", "goto", "x"]) | JSON
STEP = st.fixed_dictionaries(
    {"id": st.sampled_from(["a", "b"]) | JSON, "kind": KINDS},
    optional={"settings": JSON, "branches": JSON},
)
GRAPH = JSON | st.fixed_dictionaries(
    {
        "trigger": JSON | st.fixed_dictionaries({"kind": st.sampled_from(["event", "date"]), "days": JSON}),
        "start": JSON,
        "steps": st.lists(STEP, max_size=3) | JSON,
    }
)


def test_each_step_has_its_line_and_its_branches():
    content("hello")
    told = told_of(
        graph(
            step("mail", "send_email", {"sent": "pause"}, content="hello"),
            step("pause", "wait", {"next": None}, span="P2D"),
        ),
        NOON,
    )

    assert told["faults"] == []
    assert told["sayings"] == {
        "trigger": "Order Completed",
        "mail": "hello",
        "pause": "2 days (same local time)",
    }
    assert told["branches"] == {"mail": ["sent", "not_sent"], "pause": ["next"]}
    assert [(one["code"], one["step"]) for one in told["warnings"]] == [
        ("no_goal", None),
        ("no_channel", "mail"),
    ]


def test_faults_name_their_step():
    told = told_of(graph(step("pause", "wait", {"next": "gone"}, span="soon"), trigger={"kind": "x"}), NOON)

    steps = {fault["path"]: fault["step"] for fault in told["faults"]}
    assert steps["trigger.kind"] is None
    assert steps["steps.pause.settings.span"] == "pause"


def test_a_journey_of_a_thousand_steps_is_refused_not_failed():
    steps = [step(f"s{number}", "wait", {"next": f"s{number + 1}"}, span="P1D") for number in range(1000)]

    told = told_of({"trigger": ORDERED, "start": "s0", "steps": steps}, NOON)

    assert [fault["path"] for fault in told["faults"]] == ["steps"]
    assert len(told["branches"]) == 1000


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(GRAPH)
def test_anything_at_all_is_told_of(raw):
    told = told_of(raw, NOON)

    assert set(told) == {"faults", "warnings", "sayings", "runs", "branches"}
    assert told["faults"]
