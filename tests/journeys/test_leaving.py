"""Goals, early exits and holdouts as they are written in a graph."""

from datetime import timedelta
from decimal import Decimal

import pytest

from customers.models import Segment
from journeys import checks
from journeys.graph import GraphError, parse
from tests.journeys.builders import IN_ROME, ORDERED, graph, step

PAUSE = step("pause", "wait", span="P2D")
PAID = {"kind": "event", "event": "Paid"}


def faults(**more):
    with pytest.raises(GraphError) as raised:
        parse(graph(PAUSE, **more))
    return {error["path"]: error["message"] for error in raised.value.errors}


def test_a_graph_has_goals_exits_and_a_holdout():
    goal = {
        "name": "order",
        "when": ORDERED,
        "rule": IN_ROME,
        "window": "P7D",
        "value": {"property": "total", "currency_property": "currency"},
    }
    left = {"when": {"kind": "stage_left", "stage": "action"}, "reason": "went on"}

    read = parse(graph(PAUSE, goals=[goal], exits=[left], holdout={"percent": 12.5}))

    assert list(read.goals) == ["order"]
    assert (read.goals["order"].exits, read.goals["order"].once) == (True, True)
    assert read.goals["order"].window == timedelta(days=7)
    assert [(one.path, one.event, one.reason) for one in read.watched] == [
        ("goals.0", "Order Completed", "goal:order"),
        ("exits.0", "$stage_changed", "went on"),
    ]
    assert read.watched[0].rule is not None
    assert read.watched[1].where is not None
    assert (read.holdout.percent, read.holdout.salt) == (Decimal("12.5"), "")


def test_a_graph_without_them_is_as_it_was():
    read = parse(graph(PAUSE))

    assert (dict(read.goals), list(read.watched), read.holdout) == ({}, [], None)


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"goals": [{"when": PAID}]}, "goals.0.name"),
        ({"goals": [{"name": "no blanks", "when": PAID}]}, "goals.0.name"),
        ({"goals": [{"name": "a", "when": {"kind": "event"}}]}, "goals.0.when.event"),
        ({"goals": [{"name": "a", "when": {"kind": "birthday"}}]}, "goals.0.when"),
        ({"goals": [{"name": "a"}]}, "goals.0.when"),
        ({"goals": [{"name": "a", "when": PAID}, {"name": "a", "when": PAID}]}, "goals.1.name"),
        (
            {"goals": [{"name": "a", "when": PAID | {"where": [{"property": "x", "operator": "like"}]}}]},
            "goals.0.when.where.0.operator",
        ),
        ({"goals": [{"name": "a", "when": PAID, "rule": {"field": "moon"}}]}, "goals.0.rule.field"),
        ({"goals": [{"name": "a", "when": PAID, "window": "P0D"}]}, "goals.0.window"),
        ({"goals": [{"name": "a", "when": PAID, "value": {"amount": 3}}]}, "goals.0.value"),
        ({"goals": [{"name": "a", "when": PAID, "value": {"currency": "EUR"}}]}, "goals.0.value"),
        (
            {"goals": [{"name": "a", "when": PAID, "value": {"amount": -1, "currency": "EUR"}}]},
            "goals.0.value.amount",
        ),
        (
            {"goals": [{"name": "a", "when": PAID, "value": {"property": "x", "currency": "euro"}}]},
            "goals.0.value.currency",
        ),
        ({"goals": [{"name": f"g{n}", "when": PAID} for n in range(11)]}, "goals"),
        ({"goals": ["order"]}, "goals.0"),
        ({"goals": 7}, "goals"),
        ({"exits": [{"when": PAID}]}, "exits.0.reason"),
        ({"exits": [{"when": PAID, "reason": "x" * 61}]}, "exits.0.reason"),
        ({"exits": [{"reason": "x"}]}, "exits.0.when"),
        ({"exits": [{"when": PAID, "reason": "x"}] * 11}, "exits"),
        ({"holdout": {"percent": 0}}, "holdout.percent"),
        ({"holdout": {"percent": 101}}, "holdout.percent"),
        ({"holdout": {"percent": "many"}}, "holdout.percent"),
        ({"holdout": []}, "holdout"),
        ({"holdout": {"percent": 5, "salt": "\u0000"}}, "holdout.salt"),
    ],
)
def test_faults_are_told_by_path(more, path):
    assert list(faults(**more)) == [path]


def test_a_step_marks_a_goal_that_is_there():
    with pytest.raises(GraphError) as raised:
        parse(graph(step("done", "goal", goal="order")))

    assert raised.value.errors == [
        {"path": "steps.done.settings.goal", "message": "there is no goal 'order' in this journey"}
    ]
    assert parse(graph(step("done", "goal", goal="order"), goals=[{"name": "order"}])).watched == []


@pytest.mark.django_db
def test_publishing_asks_for_the_segments_and_stages_that_they_name():
    Segment.objects.create(slug="vip", name="VIP")
    goals = [
        {"name": "a", "when": {"kind": "segment_entered", "segment": "vip"}},
        {"name": "b", "when": {"kind": "segment_left", "segment": "gone"}},
        {"name": "c", "when": PAID, "rule": {"field": "segment", "operator": "in", "value": "lost"}},
    ]
    exits = [{"when": {"kind": "stage_left", "stage": "nirvana"}, "reason": "x"}]

    with pytest.raises(GraphError) as raised:
        checks.check(graph(PAUSE, goals=goals, exits=exits))

    assert raised.value.errors == [
        {"path": "goals.1.when.segment", "message": "there is no segment 'gone'"},
        {"path": "goals.2.rule", "message": "there is no segment 'lost'"},
        {"path": "exits.0.when.stage", "message": "there is no stage 'nirvana'"},
    ]
