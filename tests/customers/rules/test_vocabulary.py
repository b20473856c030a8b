from itertools import product

import pytest
from django.utils import translation

from customers.rules import parse
from customers.rules.leaf import FAMILIES
from customers.rules.shown import Shown
from customers.rules.vocabulary import vocabulary

VALUES = {
    "none": [None],
    "number": [1, 20],
    "text": ["use"],
    "scalar": ["Roma", 5, 1.5, True],
    "list": [["use"], ["use", "action"]],
    "moment": ["2026-03-31", "2026-03-31T09:30:00+02:00"],
    "range": [[1, 20]],
    "pattern": ["^R"],
    "span": ["P90D", "PT36H"],
    "path": ["address.city"],
    "where": [[], [{"property": "total", "operator": "greater", "value": 10}]],
    "yesno": [True, False],
}


def leaves(family):
    """Every leaf of a family that the vocabulary can make: each choice with each, values of each kind."""
    settings = {setting["name"]: setting for setting in family["settings"]}
    for given in product(*(choices(setting) for setting in settings.values())):
        leaf = dict(zip(settings, given, strict=True))
        takes = taken(settings, leaf)
        for value in VALUES[takes] if "value" in settings else [None]:
            kept = {key: one for key, one in leaf.items() if one is not None and applies(settings[key], leaf)}
            yield {"field": family["family"]} | kept | ({"value": value} if value is not None else {})


def choices(setting):
    if setting["name"] == "value":
        return [None]
    shorter = {"before": ["P7D"], "span": ["PT2H"]}
    some = shorter.get(setting["name"]) or VALUES.get(setting["kind"], [])[:1]
    made = [choice["value"] for choice in setting["choices"]] or some
    return [*made, None] if setting["is_optional"] else made


def taken(settings, leaf):
    operators = settings["operator"]["choices"] if "operator" in settings else []
    return next(
        (choice["takes"] for choice in operators if choice["value"] == leaf["operator"]),
        settings.get("value", {}).get("kind"),
    )


def applies(setting, leaf):
    return setting["only_with"] is None or leaf[setting["only_with"][0]] in setting["only_with"][1]


def needs(family, leaf):
    """Settings that are needed only with others are not left out, and those that exclude each other are."""
    if "period" in leaf and leaf.keys() & {"within", "before"}:
        return False
    return all(
        setting["name"] in leaf
        for setting in family["settings"]
        if setting["only_with"] and applies(setting, leaf)
    )


@pytest.mark.parametrize("name", list(FAMILIES))
def test_every_leaf_that_the_vocabulary_can_make_is_understood(name):
    family = next(family for family in vocabulary()["families"] if family["family"] == name)
    made = [leaf for leaf in leaves(family) if needs(family, leaf)]

    assert made
    for leaf in made:
        parse(leaf)


def test_every_family_is_there_with_words_of_its_own():
    families = {family["family"]: family for family in vocabulary()["families"]}

    assert set(families) == set(FAMILIES)
    assert [name for name in FAMILIES if FAMILIES.get(name).shown is None] == []


def test_what_a_new_line_begins_with_is_among_what_can_be_chosen():
    for family in vocabulary()["families"]:
        settings = {setting["name"]: setting for setting in family["settings"]}
        for name, value in family["start"].items():
            allowed = [choice["value"] for choice in settings[name]["choices"]]
            assert not allowed or value in allowed, (family["family"], name)


def test_operators_say_what_they_take():
    families = {family["family"]: family for family in vocabulary()["families"]}
    trait = next(one for one in families["trait"]["settings"] if one["name"] == "operator")

    assert {choice["value"]: choice["takes"] for choice in trait["choices"]}["is_any_of"] == "list"
    assert {choice["value"]: choice["label"] for choice in trait["choices"]}["at_least"] == "is at least"


def test_filters_of_events_do_not_move_with_time():
    operator = next(setting for setting in vocabulary()["line"] if setting["name"] == "operator")

    assert {"within_last", "older_than"}.isdisjoint(choice["value"] for choice in operator["choices"])


def test_a_family_without_words_is_shown_by_its_names(monkeypatch):
    monkeypatch.setattr(FAMILIES.get("stage_for"), "shown", None)

    shown = next(family for family in vocabulary()["families"] if family["family"] == "stage_for")

    assert (shown["label"], shown["group"]) == ("Stage for", "more")


def test_settings_stand_in_the_order_of_reading():
    families = {family["family"]: family for family in vocabulary()["families"]}
    order = {name: [one["name"] for one in family["settings"]] for name, family in families.items()}

    assert order["trait"] == ["trait", "operator", "value"]
    assert order["yearly"] == ["trait", "operator", "days", "month"]
    assert order["event"][:5] == ["event", "aggregate", "property", "operator", "value"]


def test_it_speaks_the_readers_language():
    with translation.override("it"):
        operator = next(setting for setting in vocabulary()["line"] if setting["name"] == "operator")

    assert {choice["value"]: choice["label"] for choice in operator["choices"]}["is_any_of"] == "è uno di"


def test_headings_are_those_that_families_may_name():
    groups = {group["value"] for group in vocabulary()["groups"]}

    assert groups == set(Shown.__annotations__["group"].__args__)


def test_what_a_choice_needs_is_not_optional():
    settings = {
        (family["family"], one["name"]): one
        for family in vocabulary()["families"]
        for one in family["settings"]
    }

    assert {key for key, one in settings.items() if one["only_with"] and not one["is_optional"]} == {
        ("event", "property"),
        ("order", "property"),
        ("yearly", "days"),
        ("yearly", "month"),
    }
