import pytest

from customers.classify import classify
from customers.holds import HoldError, hold_stage, release_stage
from customers.merge import Merge, merge_customers
from customers.models import Customer, Event, Stage, StageHold, StageMove
from customers.privacy import erase_customers, export_customer
from customers.rebuild import recheck
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
VIP = {"field": "trait", "trait": "vip", "operator": "equals", "value": True}


def stage(slug: str) -> Stage:
    return Stage.objects.get(slug=slug)


def told(of: Customer) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(customer=of, name__startswith="$").order_by("id")
    return list(events.values_list("name", "properties"))


def stands_in(of: Customer) -> str:
    of.refresh_from_db()
    return str(of.stage.slug)


def test_hold_moves_with_reason_and_name_and_tells_it():
    person = customer(stage="interest", seen_at=NOON - DAY)

    hold_stage(person.pk, stage("advocacy"), " Won the contest ", "ada", NOON)

    move = StageMove.objects.get(customer=person)
    assert (move.from_stage_id, move.to_stage_id, move.from_since) == (3, 7, NOON - DAY)
    assert (move.moved_by, move.reason) == ("ada", "Won the contest")
    assert told(person) == [
        (
            "$stage_held",
            {"by": "ada", "reason": "Won the contest", "stage": "advocacy", "until": None, "yields": False},
        ),
        (
            "$stage_changed",
            {"from": "interest", "to": "advocacy", "by": "ada", "reason": "Won the contest"},
        ),
    ]


def test_hold_for_good_counts_before_every_rule():
    Stage.objects.filter(slug="use").update(rule=ROMAN)
    person = customer(traits={"city": "Roma"})

    hold_stage(person.pk, stage("awareness"), "test", "ada", NOON)
    classify([person.pk], NOON + 400 * DAY)

    assert stands_in(person) == "awareness"


def test_hold_until_a_moment_ends_exactly_then_and_the_rules_decide():
    Stage.objects.filter(slug="use").update(rule=ROMAN)
    person = customer(traits={"city": "Roma"})
    hold_stage(person.pk, stage("awareness"), "test", "ada", NOON, until=NOON + DAY)

    before = recheck(NOON + DAY - HOUR)
    after = recheck(NOON + DAY)

    assert (before, after, stands_in(person)) == (0, 1, "use")
    assert StageHold.objects.get(customer=person).ended_at == NOON + DAY
    assert [name for name, _told in told(person)][-2:] == ["$stage_released", "$stage_changed"]
    assert StageMove.objects.filter(customer=person).latest("id").moved_by == ""


def test_hold_that_yields_lasts_until_the_rules_name_another_stage():
    Stage.objects.filter(slug="use").update(rule=ROMAN)
    Stage.objects.filter(slug="advocacy").update(rule=VIP)
    person = customer(traits={"city": "Roma"})
    hold_stage(person.pk, stage("awareness"), "test", "ada", NOON, yields=True)

    classify([person.pk], NOON + DAY)
    same_word = stands_in(person)
    Customer.objects.update(traits={"city": "Roma", "vip": True})
    classify([person.pk], NOON + 2 * DAY)

    assert (same_word, stands_in(person)) == ("awareness", "advocacy")


def test_release_lets_the_rules_decide_at_once():
    Stage.objects.filter(slug="use").update(rule=ROMAN)
    person = customer(traits={"city": "Roma"})
    hold_stage(person.pk, stage("awareness"), "test", "ada", NOON)

    assert release_stage(person.pk, "bruno", NOON + HOUR)

    assert stands_in(person) == "use"
    assert StageHold.objects.get(customer=person).ended_by == "bruno"
    assert not release_stage(person.pk, "bruno", NOON + HOUR)


def test_a_second_hold_takes_the_place_of_the_first():
    person = customer()
    hold_stage(person.pk, stage("use"), "first", "ada", NOON)

    hold_stage(person.pk, stage("action"), "second", "bruno", NOON + HOUR)

    rows = StageHold.objects.order_by("id").values_list("reason", "ended_at", "ended_by")
    assert list(rows) == [("first", NOON + HOUR, "bruno"), ("second", None, "")]
    assert stands_in(person) == "action"


@pytest.mark.parametrize(
    ("reason", "values", "path"),
    [
        ("  ", {}, "reason"),
        ("x" * 1001, {}, "reason"),
        ("a\0b", {}, "reason"),
        ("why", {"until": NOON}, "until"),
        ("why", {"until": NOON + DAY, "yields": True}, "until"),
    ],
)
def test_hold_refuses_what_can_not_be(reason, values, path):
    person = customer()

    with pytest.raises(HoldError) as refused:
        hold_stage(person.pk, stage("use"), reason, "ada", NOON, **values)

    assert [problem["path"] for problem in refused.value.errors] == [path]
    assert not StageHold.objects.exists()


def test_hold_refuses_who_is_gone():
    with pytest.raises(HoldError, match="erased"):
        hold_stage(0, stage("use"), "why", "ada", NOON)


def test_merged_customers_keep_one_hold_and_stand_in_its_stage():
    kept, old, other = customer(stage="interest"), customer(stage="use"), customer()
    hold_stage(old.pk, stage("advocacy"), "first", "ada", NOON)
    hold_stage(other.pk, stage("action"), "second", "ada", NOON + HOUR)

    merge_customers([Merge(old.pk, kept.pk), Merge(other.pk, kept.pk)], NOON + 2 * HOUR)
    classify([kept.pk], NOON + 2 * HOUR)

    assert stands_in(kept) == "action"
    lasting = StageHold.objects.filter(ended_at=None).values_list("customer_id", "reason")
    assert list(lasting) == [(kept.pk, "second")]


def test_holds_are_exported_and_erased_with_their_customer():
    person = customer()
    hold_stage(person.pk, stage("use"), "why", "ada", NOON)

    exported = export_customer(person.pk)
    erase_customers([person.pk], NOON)

    assert [(row["stage__slug"], row["reason"]) for row in exported["stages_by_hand"]] == [("use", "why")]
    assert not StageHold.objects.exists()
