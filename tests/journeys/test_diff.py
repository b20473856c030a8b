from journeys.diff import Setting, difference
from tests.journeys.builders import IN_ROME, graph, step

PAUSE = step("pause", "wait", {"next": "bye"}, span="P2D")
BYE = step("bye", "exit", reason="done")


def test_a_graph_does_not_differ_from_itself():
    found = difference(graph(PAUSE, BYE), graph(PAUSE, BYE))

    assert (bool(found), found.words(), found.summary()) == (False, [], {})


def test_steps_added_and_removed_are_told_with_what_they_do():
    found = difference(graph(PAUSE, BYE), graph(PAUSE, step("mail", "send_email", content="hello")))

    assert found.words() == [
        "Step mail added: Send e-mail: hello",
        "Step bye removed: Leave: done",
    ]
    assert found.summary() == {"added": ["mail"], "removed": ["bye"]}


def test_settings_branches_and_kinds_that_changed_are_told():
    old = graph(PAUSE, BYE)
    new = graph(step("pause", "wait", {"next": None}, span="P5D"), step("bye", "wait", span="P1D"))

    found = difference(old, new)

    assert found.words() == [
        "Step pause: span: P2D → P5D",
        "Step pause: next: bye → nothing",
        "Step bye: kind: exit → wait",
        "Step bye: reason: done → nothing",
        "Step bye: span: nothing → P1D",
    ]


def test_inside_a_rule_only_what_differs_is_told():
    old = {"trigger": {"kind": "event", "event": "Paid", "rule": IN_ROME}, "start": "a"}
    new = {"trigger": {"kind": "event", "event": "Paid", "rule": IN_ROME | {"value": "Milano"}}, "start": "b"}

    assert difference(old, new).around == [
        Setting("trigger.rule.value", "Roma", "Milano"),
        Setting("start", "a", "b"),
    ]


def test_goals_and_whatever_else_stands_beside_the_steps_are_told():
    found = difference(graph(BYE), graph(BYE) | {"goals": [{"event": "Paid"}]})

    assert found.words() == ["goals.0.event: nothing → Paid"]


def test_drafts_that_are_unfinished_can_be_told_apart():
    assert difference({}, {"steps": "none", "trigger": None}).words() == []
    assert difference({"steps": [1, {"id": 2}, {"id": "a"}]}, {}).summary() == {"removed": ["a"]}
    odd = {"steps": [{"id": "a", "settings": [], "branches": 1}]}
    assert difference(odd, odd | {"start": True}).words() == ["start: nothing → yes"]
