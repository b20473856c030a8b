"""What the designer is told of each kind is what the kinds themselves do."""

import pytest
from django.utils import translation

from journeys import entry, kinds, step
from journeys.steps.branch import Branch

STEPS = {kind["kind"]: kind for kind in kinds.steps()}
TRIGGERS = {kind["kind"]: kind for kind in kinds.triggers()}
GROUPS = [group["key"] for group in kinds.groups()]


def test_every_kind_is_offered_with_words_and_a_symbol():
    assert set(STEPS) == set(step.registry)
    assert set(TRIGGERS) == set(entry.registry)
    for kind in (*STEPS.values(), *TRIGGERS.values()):
        assert kind["description"], kind["kind"]
        assert kind["title"] != kind["kind"]
        assert kind["icon"] != kinds.STRANGE
        assert kind["group"] in GROUPS


def test_a_kind_that_nobody_described_is_offered_last_by_its_name():
    assert kinds._ordered(["new", "wait", "send"], {"send": "", "wait": "", "gone": ""}) == [
        "send",
        "wait",
        "new",
    ]


@pytest.mark.parametrize(
    ("kind", "branches"),
    [
        ("wait", ["next"]),
        ("send_email", ["sent", "not_sent"]),
        ("wait_date", ["next", "passed", "missing"]),
        ("branch", {"from": "rules", "also": ["else"]}),
        ("branch_message", {"from": "cases", "also": ["else"]}),
        ("wait_for", {"from": "for", "also": ["timed_out"]}),
        ("call_webhook", {"from": "cases", "also": ["sent", "not_sent"]}),
        ("split", {"from": "parts", "also": []}),
        ("exit", None),
    ],
)
def test_branches_are_told_before_anything_is_set(kind, branches):
    assert STEPS[kind]["branches"] == branches
    assert STEPS[kind]["ends"] == (branches is None)


def test_sending_kinds_tell_their_channel():
    sends = {kind: told["sends"] for kind, told in STEPS.items() if told["sends"]}

    assert sends == {
        "send_email": "email",
        "send_sms": "sms",
        "send_push": "push",
        "send_webhook": "webhook",
        "call_webhook": "webhook",
        "send": "any",
    }


@pytest.mark.parametrize("kind", sorted(STEPS))
def test_fresh_settings_are_settings_of_the_kind(kind):
    assert set(STEPS[kind]["fresh"]) <= set(STEPS[kind]["schema"]["properties"])


def test_fresh_steps_that_need_no_choice_can_be_published():
    free = {"split", "holdout", "goto", "wait", "wait_until", "wait_best_hour", "rate_gate", "exit"}

    for kind in free:
        assert step.registry.get(kind).model_validate(STEPS[kind]["fresh"])


def test_branches_of_a_step_that_is_finished_and_of_one_that_is_not():
    case = {"branch": "loyal", "rule": {"field": "segment", "segment": "x", "operator": "in"}}

    assert kinds.branches_of("branch", {"rules": [case]}) == ["loyal", "else"]
    assert kinds.branches_of("branch", {"rules": [case, {"branch": "new"}, 7]}) == ["loyal", "new", "else"]
    assert kinds.branches_of("branch", {"rules": "none"}) == ["else"]
    assert kinds.branches_of("send_email", {"content": "a", "then": "move_on"}) == ["next"]
    assert kinds.branches_of("nothing", {}) == []
    assert Branch.model_construct(rules=()).branches == ("else",)


def test_words_are_in_the_readers_language():
    english = STEPS["wait"]["schema"]["properties"]["span"]["title"]

    with translation.override("it"):
        told = {kind["kind"]: kind for kind in kinds.steps()}

    assert english == "For how long"
    assert set(told) == set(STEPS)
