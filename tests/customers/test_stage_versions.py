from typing import Any

import pytest

from config import work
from customers.models import Stage, StageVersion
from customers.rules import RuleError
from customers.stage_definitions import Difference
from customers.stage_versions import (
    VersionError,
    compare,
    delete_draft,
    put_in_force,
    save_draft,
    version_in_force,
)
from customers.stages import save_stage_rule
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
KNOWN = {"field": "trait", "trait": "city", "operator": "is_set"}


def rule(slug: str) -> Any:
    return Stage.objects.get(slug=slug).rule


def test_the_first_version_is_what_was_installed() -> None:
    version = version_in_force()

    assert version is not None
    assert version.definitions["use"]["rule"] == {}
    assert version.definitions["use"]["precedence"] == 2


def test_each_change_is_a_version_that_can_be_put_back() -> None:
    save_stage_rule(Stage.objects.get(slug="use"), ROMAN, NOON)
    first = version_in_force()
    save_stage_rule(Stage.objects.get(slug="use"), KNOWN, NOON + HOUR)
    assert first is not None
    assert compare(first) == [Difference("use", "rule", KNOWN, ROMAN)]

    back = put_in_force(first, "ada", NOON + DAY)

    assert back == version_in_force() != first
    assert (back.definitions, back.saved_by, back.in_force_at) == (first.definitions, "ada", NOON + DAY)
    assert back.note == f"As in version {first.number}"
    assert rule("use") == ROMAN
    assert compare(first) == []


def test_a_draft_counts_only_once_it_is_in_force() -> None:
    person = customer(traits={"city": "Roma"})
    draft = save_draft({"use": {"rule": ROMAN, "dwell": "P2D"}}, "ada", NOON, "Romans use")
    work.settle(NOON)
    person.refresh_from_db()
    assert (person.stage, rule("use"), compare(draft)[0].field) == (None, {}, "rule")

    kept = put_in_force(draft, "bruno", NOON + DAY)
    work.settle(NOON + DAY)

    person.refresh_from_db()
    assert kept == draft
    assert (person.stage.slug, Stage.objects.get(slug="use").dwell) == ("use", 2 * DAY)
    assert (kept.saved_by, kept.note, kept.in_force_at) == ("bruno", "Romans use", NOON + DAY)


def test_a_draft_can_be_changed_and_deleted_but_what_was_in_force_can_not() -> None:
    draft = save_draft({"use": {"rule": ROMAN}}, "ada", NOON)
    save_draft({"action": {"rule": KNOWN}}, "ada", NOON, draft=draft)
    draft.refresh_from_db()
    assert (draft.definitions["use"]["rule"], draft.definitions["action"]["rule"]) == (ROMAN, KNOWN)

    delete_draft(draft)

    assert not StageVersion.objects.filter(pk=draft.pk).exists()
    used = version_in_force()
    assert used is not None
    for refused in (lambda: delete_draft(used), lambda: save_draft({}, "ada", NOON, draft=used)):
        with pytest.raises(VersionError):
            refused()


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ([], ""),
        ({"purchase": {}}, "purchase"),
        ({"use": []}, "use"),
        ({"use": {"rule": []}}, "use.rule"),
        ({"use": {"rule": {"field": "x"}}}, "use.rule.field"),
        ({"use": {"stay_rule": {"field": "stage", "operator": "is", "value": "use"}}}, "use.stay_rule"),
        ({"use": {"dwell": "soon"}}, "use.dwell"),
        ({"use": {"dwell": 5}}, "use.dwell"),
        ({"use": {"precedence": "1"}}, "use.precedence"),
        ({"use": {"precedence": 1}}, "precedence"),
        ({"use": {"interrupts": 1}}, "use.interrupts"),
        ({"use": {"onward": "back"}}, "use.onward"),
        ({"use": {"onward": []}}, "use.onward"),
        ({"use": {"colour": "red"}}, "use.colour"),
    ],
)
def test_a_draft_that_is_no_good_is_refused_by_its_path(given: Any, path: str) -> None:
    with pytest.raises(RuleError) as refused:
        save_draft(given, "ada", NOON)

    assert [problem["path"] for problem in refused.value.errors] == [path]
