import pytest

from config import work
from customers.classify import classify
from customers.models import Customer, Event, Membership, Segment, Stage
from customers.rebuild import rebuild
from customers.rules import RuleError
from customers.segments import (
    archive_segment,
    delete_segment,
    restore_segment,
    save_segment,
    segment_members,
    uses_of_segment,
)
from customers.stages import save_stage_rule
from customers.tallies import member_counts
from tests.builders import HOUR, NOON, customer

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def within(slug: str) -> dict[str, object]:
    return {"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": slug}]}


def made(slug: str, rule: dict[str, object]) -> Segment:
    return save_segment(Segment(slug=slug, name=slug, rule=rule), NOON)


def test_save_segment_has_its_members_found_by_the_rebuild():
    people = [customer(traits={"city": city}) for city in ("Roma", "Bari", "Roma")]

    romans = made("romans", ROMAN)
    assert segment_members(romans).count() == 0
    work.settle(NOON)

    romans.refresh_from_db()
    assert romans.rebuilt_at == NOON
    assert set(segment_members(romans)) == {people[0], people[2]}
    assert member_counts([romans.pk]) == {romans.pk: 2}
    assert Event.objects.filter(name="$segment_entered").count() == 2


def test_rebuild_goes_on_chunk_by_chunk_and_ends():
    people = [customer(traits={"city": "Roma"}) for _ in range(5)]
    romans = made("romans", ROMAN)

    moved = [rebuild(NOON, limit=2) for _ in range(4)]

    assert moved == [2, 2, 1, 0]
    assert set(segment_members(romans)) == set(people)


def test_a_changed_rule_is_rebuilt_even_while_the_clock_stands_still():
    customer(traits={"city": "Roma"})
    romans = made("romans", ROMAN)
    work.settle(NOON)

    romans.rule = ROMAN | {"value": "Bari"}
    save_segment(romans, NOON)
    work.settle(NOON)

    assert segment_members(romans).count() == 0
    assert Membership.objects.get().left_at == NOON


def test_saving_a_name_alone_rebuilds_nothing():
    romans = made("romans", ROMAN)
    work.settle(NOON)
    romans.refresh_from_db()

    romans.name = "Romans"
    save_segment(romans, NOON + HOUR)

    assert rebuild(NOON + HOUR) == 0


def test_rebuild_carries_on_to_the_rules_that_read_the_segment():
    person = customer(traits={"city": "Roma"})
    romans = made("romans", ROMAN)
    inner = made("inner", within("romans"))
    work.settle(NOON)

    romans.rule = {}
    save_segment(romans, NOON + HOUR)
    work.settle(NOON + HOUR)

    assert segment_members(inner).count() == 0
    assert list(person.memberships.values_list("left_at", flat=True)) == [NOON + HOUR, NOON + HOUR]


def test_a_rule_that_reads_a_missing_segment_is_refused_by_its_path():
    with pytest.raises(RuleError) as refused:
        made("inner", within("nowhere"))

    assert refused.value.errors == [{"path": "rules.0", "message": "There is no segment nowhere."}]


def test_a_cycle_of_segments_is_refused_with_its_way():
    one = made("one", {})
    made("two", within("one"))
    one.rule = within("two")

    with pytest.raises(RuleError) as refused:
        save_segment(one, NOON)

    assert refused.value.errors == [
        {"path": "", "message": "The rule would depend on itself: segment one → segment two → segment one."}
    ]


def test_a_segment_that_reads_itself_is_refused():
    with pytest.raises(RuleError, match="segment one → segment one"):
        made("one", within("one"))


def test_a_cycle_through_the_stages_is_refused():
    made("users", {"field": "stage", "operator": "is", "value": "use"})

    with pytest.raises(RuleError, match="stage → segment users → stage"):
        save_stage_rule(Stage.objects.get(slug="use"), within("users"), NOON)


def test_events_of_segments_are_refused_in_a_segment():
    with pytest.raises(RuleError, match="ask whether the customer is in the segment"):
        made("one", {"field": "event", "event": "$segment_entered", "operator": "at_least", "value": 1})


def test_a_segment_that_is_read_is_neither_deleted_nor_renamed():
    one = made("one", {})
    made("two", within("one"))

    with pytest.raises(RuleError, match="segment two"):
        delete_segment(one)
    one.slug = "uno"
    with pytest.raises(RuleError, match="segment two"):
        save_segment(one, NOON)

    assert Segment.objects.filter(slug="one").exists()


def test_a_second_segment_of_the_same_key_is_refused():
    made("one", {})

    with pytest.raises(RuleError, match="slug: There is a segment with this key already"):
        made("one", {})


def test_delete_segment_takes_its_memberships():
    customer(traits={"city": "Roma"})
    romans = made("romans", ROMAN)
    work.settle(NOON)

    delete_segment(romans)

    assert Membership.objects.count() == 0


def test_an_archived_segment_stays_as_it_was():
    one, other = customer(traits={"city": "Roma"}), customer(traits={"city": "Bari"})
    romans = made("romans", ROMAN)
    work.settle(NOON)

    archive_segment(romans, NOON + HOUR)
    Customer.objects.filter(pk=other.pk).update(traits={"city": "Roma"})
    classify([one.pk, other.pk], NOON + HOUR)
    work.settle(NOON + HOUR)

    assert romans.archived_at == NOON + HOUR
    assert set(segment_members(romans)) == {one}


def test_a_segment_that_is_brought_back_has_its_members_found_anew():
    one, other = customer(traits={"city": "Roma"}), customer(traits={"city": "Bari"})
    romans = made("romans", ROMAN)
    work.settle(NOON)
    archive_segment(romans, NOON + HOUR)
    Customer.objects.filter(pk=one.pk).update(traits={"city": "Bari"})
    Customer.objects.filter(pk=other.pk).update(traits={"city": "Roma"})

    restore_segment(romans, NOON + 2 * HOUR)
    work.settle(NOON + 2 * HOUR)

    assert romans.archived_at is None
    assert set(segment_members(romans)) == {other}
    assert Membership.objects.get(customer=one).left_at == NOON + 2 * HOUR


def test_archiving_twice_keeps_the_first_moment_and_bringing_back_what_is_there_changes_nothing():
    romans = made("romans", ROMAN)
    work.settle(NOON)

    restore_segment(romans, NOON + HOUR)
    assert rebuild(NOON + HOUR) == 0
    archive_segment(romans, NOON + HOUR)
    archive_segment(romans, NOON + 2 * HOUR)

    assert Segment.objects.get().archived_at == NOON + HOUR


def test_a_segment_in_use_is_not_archived_and_says_by_what():
    one = made("one", {})
    made("two", within("one"))
    save_stage_rule(Stage.objects.get(slug="use"), within("one"), NOON)

    with pytest.raises(RuleError, match="used by: the stage use, the segment two"):
        archive_segment(one, NOON)

    assert Segment.objects.get(slug="one").archived_at is None
    assert uses_of_segment("one") == ["the stage use", "the segment two"]
    assert uses_of_segment("two") == []


def test_an_archived_segment_uses_nothing_and_is_read_by_nothing_new():
    one, two = made("one", {}), made("two", within("one"))

    archive_segment(two, NOON)
    archive_segment(one, NOON)

    with pytest.raises(RuleError, match="The segment one is archived: bring it back first"):
        made("three", within("one"))
    with pytest.raises(RuleError, match="The segment one is archived"):
        restore_segment(two, NOON)
    restore_segment(one, NOON)
    assert restore_segment(two, NOON).archived_at is None
