import pytest

from config import work
from customers.models import Stage, StageMove
from customers.rebuild import rebuild
from customers.rules import RuleError
from customers.stages import (
    StageCount,
    StageFlow,
    save_precedence,
    save_stage_rule,
    stage_counts,
    stage_flows,
)
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
KNOWN = {"field": "trait", "trait": "city", "operator": "is_set"}


def test_the_seven_stages_are_there_the_last_winning():
    assert list(Stage.objects.values_list("number", "slug", "precedence")) == [
        (1, "awareness", 7), (2, "discovery", 6), (3, "interest", 5), (4, "consideration", 4),
        (5, "action", 3), (6, "use", 2), (7, "advocacy", 1),
    ]  # fmt: skip
    assert {str(stage.rule) for stage in Stage.objects.all()} == {"{}"}


def test_save_stage_rule_moves_everybody_by_the_rebuild():
    people = [customer(traits={"city": city}) for city in ("Roma", "Bari")]

    save_stage_rule(Stage.objects.get(slug="use"), ROMAN, NOON)
    save_stage_rule(Stage.objects.get(slug="interest"), KNOWN, NOON)
    work.settle(NOON)

    assert set(StageMove.objects.values_list("customer", "to_stage")) == {
        (people[0].pk, 6),
        (people[1].pk, 3),
    }
    assert rebuild(NOON) == 0


def test_save_precedence_lets_another_rule_win():
    person = customer(traits={"city": "Roma"})
    save_stage_rule(Stage.objects.get(slug="use"), ROMAN, NOON)
    save_stage_rule(Stage.objects.get(slug="interest"), KNOWN, NOON)
    work.settle(NOON)

    save_precedence({6: 5, 3: 2}, NOON + HOUR)
    work.settle(NOON + HOUR)

    person.refresh_from_db()
    assert (person.stage.slug, person.stage_since) == ("interest", NOON + HOUR)


def test_save_precedence_refuses_two_of_the_same():
    with pytest.raises(RuleError, match="same precedence"):
        save_precedence({6: 1}, NOON)


def test_save_stage_rule_refuses_a_broken_rule_and_keeps_the_old_one():
    stage = Stage.objects.get(slug="use")
    save_stage_rule(stage, ROMAN, NOON)

    with pytest.raises(RuleError):
        save_stage_rule(stage, {"field": "trait", "trait": "city", "operator": "eval", "value": "x"}, NOON)

    stage.refresh_from_db()
    assert stage.rule == ROMAN


def test_stage_counts_has_all_seven_and_the_rest():
    customer(stage="use")
    customer()

    assert stage_counts() == [
        *(StageCount(number, int(number == 6)) for number in range(1, 8)),
        StageCount(None, 1),
    ]


def test_stage_flows_counts_moves_returns_included():
    one, two = customer(), customer()
    moves = [
        (one, None, 1, 0),
        (one, 1, 2, 1),
        (one, 2, 1, 2),
        (one, 1, 2, 3),
        (two, 1, 2, 3),
        (two, 2, 3, 9),
    ]
    for of, start, end, day in moves:
        StageMove.objects.create(customer=of, from_stage_id=start, to_stage_id=end, moved_at=NOON + day * DAY)

    assert stage_flows(NOON, NOON + 9 * DAY) == [
        StageFlow(None, 1, 1), StageFlow(1, 2, 3), StageFlow(2, 1, 1),
    ]  # fmt: skip
