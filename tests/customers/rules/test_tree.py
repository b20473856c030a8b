import json

import pytest

from customers.rules import Depends, RuleError, parse
from customers.rules.leaf import FAMILIES

TRAIT = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
COUNT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2, "within": "P90D"}


def problems(tree: object) -> list[tuple[str, str]]:
    with pytest.raises(RuleError) as refused:
        parse(tree)
    return [(error["path"], error["message"]) for error in refused.value.errors]


def paths(tree: object) -> list[str]:
    return [path for path, _message in problems(tree)]


def group(*rules: object, **keys: object) -> dict[str, object]:
    return {"combinator": "and", "rules": list(rules), **keys}


def test_parse_reads_what_the_rule_depends_on():
    rule = parse(
        group(
            TRAIT | {"trait": "address.city"},
            COUNT,
            {"field": "segment", "operator": "in", "value": "big"},
            {"field": "consent", "operator": "granted", "channel": "email"},
        )
    )

    assert rule.depends == Depends(
        frozenset(["Order Completed"]), frozenset(["address"]), frozenset(["big"]), stage=False, consent=True
    )


def test_rules_are_equal_as_they_are_written():
    assert parse(TRAIT | {"value": 1}) == parse(TRAIT | {"value": 1})
    assert parse(TRAIT | {"value": 1}) != parse(TRAIT | {"value": True})
    assert len({parse(TRAIT | {"value": value}) for value in (1, True, 1.0)}) == 3


def test_the_rule_builders_ids_are_of_no_meaning():
    assert parse(group(TRAIT | {"id": "r1"}, id="g1")) == parse(group(TRAIT))


@pytest.mark.parametrize("tree", [None, 5, "x", [], [TRAIT]])
def test_what_is_no_object_is_refused(tree):
    assert paths(tree) == [""]


def test_every_mistake_is_named_with_its_path():
    tree = group(
        TRAIT | {"operator": "eval"},
        {"combinator": "xor", "rules": [COUNT | {"value": "2"}]},
        {"field": "a__b__password", "operator": "equals", "value": "x"},
        5,
        _connector="OR 1=1",
        _negated=True,
    )

    assert paths(tree) == [
        "_connector", "_negated", "rules.0.operator", "rules.1.combinator", "rules.1.rules.0.value",
        "rules.2.field", "rules.3",
    ]  # fmt: skip


def test_messages_say_what_is_needed():
    assert problems({"field": "password"}) == [
        ("field", f"Not known. One of these is needed: {', '.join(sorted(FAMILIES))}.")
    ]
    assert problems({"field": "segment", "operator": "like", "value": "x"}) == [
        ("operator", "Not known. One of these is needed: 'in' or 'not_in'.")
    ]
    assert problems({"field": "segment", "operator": "in"}) == [("value", "This is missing.")]
    assert problems(TRAIT | {"password": "x"}) == [
        ("password", "There is no such setting here; take it out.")
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"value": None}, "value"),
        ({"value": ""}, "value"),
        ({"value": "a\x00b"}, "value"),
        ({"value": "\ud800"}, "value"),
        ({"value": "x" * 1001}, "value"),
        ({"value": {"a": 1}}, "value"),
        ({"operator": "is_any_of", "value": []}, "value"),
        ({"operator": "is_any_of", "value": "Roma"}, "value"),
        ({"operator": "greater", "value": "5"}, "value"),
        ({"operator": "greater", "value": True}, "value"),
        ({"operator": "greater", "value": float("nan")}, "value"),
        ({"operator": "greater", "value": float("inf")}, "value"),
        ({"operator": "greater", "value": 10**400}, "value"),
        ({"operator": "contains", "value": 5}, "value"),
        ({"operator": "is_set", "value": 5}, "value"),
        ({"operator": "before", "value": "2025-02-30"}, "value"),
        ({"operator": "before", "value": "0001-01-01"}, "value"),
        ({"operator": "within_last", "value": "P1M"}, "value"),
        ({"operator": "within_last", "value": "P0D"}, "value"),
        ({"operator": "within_last", "value": "P"}, "value"),
        ({"operator": "within_last", "value": "P1DT"}, "value"),
        ({"operator": "within_last", "value": "P999999D"}, "value"),
        ({"operator": ["equals"]}, "operator"),
        ({"trait": ""}, "trait"),
        ({"trait": "a..b"}, "trait"),
        ({"trait": "a[]b"}, "trait"),
        ({"trait": ".".join("abcdefghijk")}, "trait"),
        ({"trait": 5}, "trait"),
    ],
)
def test_bad_traits_are_refused(change, path):
    assert paths(TRAIT | change) == [path]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"value": "2"}, "value"),
        ({"value": -1}, "value"),
        ({"value": 1.5}, "value"),
        ({"value": 10**9}, "value"),
        ({"value": True}, "value"),
        ({"aggregate": "median"}, "aggregate"),
        ({"aggregate": "sum"}, "property"),
        ({"property": "total"}, "property"),
        ({"within": "90 days"}, "within"),
        ({"within": 90}, "within"),
        ({"before": "P90D"}, "before"),
        ({"where": {}}, "where"),
        ({"where": [{"property": "a", "operator": "equals"}]}, "where.0.value"),
        ({"where": [{"property": "a", "operator": "is_set"}, 5]}, "where.1"),
        ({"where": [{"property": "a", "operator": "within_last", "value": "P1D"}]}, "where.0.operator"),
        ({"where": [{"operator": "is_set"}]}, "where.0.property"),
        ({"event": ""}, "event"),
    ],
)
def test_bad_events_are_refused(change, path):
    assert paths(COUNT | change) == [path]


@pytest.mark.parametrize("value", ["nowhere", 5, None, [], ["use"], {"a": 1}])
def test_bad_stages_are_refused(value):
    assert paths({"field": "stage", "operator": "is", "value": value}) == ["value"]


def test_a_rule_nested_too_deep_is_refused():
    tree: object = TRAIT
    for _ in range(50):
        tree = group(tree)

    assert problems(tree) == [("rules.0." * 19 + "rules.0", "Groups are nested more than 20 deep.")]


def test_a_rule_of_too_many_parts_is_refused_once():
    assert problems(group(*[TRAIT] * 5000)) == [("", "The rule has more than 500 parts.")]


def test_a_rule_can_be_read_from_its_own_json():
    tree = group(
        TRAIT,
        COUNT | {"where": [{"property": "total", "operator": "greater", "value": 10.5}]},
        **{"not": True},
    )

    assert parse(json.loads(json.dumps(tree))) == parse(tree)
