import io
from datetime import datetime
from threading import Thread

import pytest
from django.db import connection

from config import work
from customers import lists
from customers.classify import classify
from customers.lists import ListError, Named, Operation, Report, change_members
from customers.member_files import named_in
from customers.merge import Merge, merge_customers
from customers.models import Customer, Event, Membership, Segment, Stage
from customers.rebuild import rebuild
from customers.rules import RuleError
from customers.segments import archive_segment, restore_segment, save_segment, segment_members
from customers.stages import save_stage_rule
from tests.builders import DAY, HOUR, NOON, customer

pytestmark = pytest.mark.django_db
MISSING = "3d1ff0ba-9a08-4c0e-9a3e-0e1d2c3b4a59"


def a_list(slug: str = "guests") -> Segment:
    return save_segment(Segment(slug=slug, name=slug.capitalize(), kind="list"), NOON)


def change(of: Segment, operation: str, *names: str, now: datetime = NOON) -> Report:
    return change_members(of, Operation(operation), list(map(Named, range(1, len(names) + 1), names)), now)


def counts(report: Report) -> dict[str, int]:
    return {name: count for name, count in vars(report).items() if name != "rows" and count}


def told(of: Customer) -> list[str]:
    return list(Event.objects.filter(customer=of).order_by("id").values_list("name", flat=True))


def test_customers_are_put_in_by_any_of_their_names():
    people = [
        customer(email="a@example.com"),
        customer(phone="+390612345678"),
        customer(external_id="42"),
        customer(anonymous_id="d1"),
        customer(),
    ]
    names = ["email:a@EXAMPLE.com", "phone:06 1234 5678", "external_id:42", "anonymous_id:d1"]

    report = change(a_list(), "append", *names, str(people[4].public_id))

    assert counts(report) == {"added": 5}
    stays = Membership.objects.order_by("customer").values_list("customer", "entered_at", "left_at")
    assert list(stays) == [(one.pk, NOON, None) for one in people]
    assert told(people[0]) == ["$segment_entered"]
    assert Event.objects.first().properties == {"segment": "guests"}


def test_every_row_is_counted_and_those_at_fault_are_told():
    one, guests = customer(email="a@example.com"), a_list()
    change(guests, "append", "email:a@example.com")
    names = ["email:a@example.com", str(one.public_id), "email:b@example.com", MISSING, "email:@", "", "x:y"]

    report = change(guests, "append", *names, "external_id:\0")

    assert counts(report) == {"unchanged": 2, "unknown": 2, "refused": 4}
    assert [(row.line, row.name) for row in report.rows] == [
        (3, "email:b@example.com"),
        (4, MISSING),
        (5, "email:@"),
        (6, ""),
        (7, "x:y"),
        (8, "external_id:\0"),
    ]
    assert report.rows[0].why == "No customer is known by this."
    assert report.rows[2].why == "An e-mail address looks like name@example.com."


def test_only_the_first_of_many_faults_are_told(monkeypatch):
    monkeypatch.setattr(lists, "MOST_FAULTS", 2)

    report = change(a_list(), "append", "?", "?", "?")

    assert (report.refused, len(report.rows)) == (3, 2)


def test_whoever_is_taken_out_has_left_and_may_come_back():
    one, guests = customer(external_id="1"), a_list()
    change(guests, "append", "external_id:1")

    left = change(guests, "remove", "external_id:1", "external_id:1", now=NOON + HOUR)
    change(guests, "append", "external_id:1", now=NOON + DAY)

    assert counts(left) == {"removed": 1, "unchanged": 1}
    assert list(one.memberships.order_by("id").values_list("entered_at", "left_at")) == [
        (NOON, NOON + HOUR),
        (NOON + DAY, None),
    ]
    assert told(one) == ["$segment_entered", "$segment_left", "$segment_entered"]


@pytest.mark.parametrize("chunk", [1, 2, 5000])
def test_to_replace_leaves_alone_who_stays(monkeypatch, chunk):
    monkeypatch.setattr(lists, "CHUNK", chunk)
    people = [customer(external_id=str(number)) for number in range(5)]
    guests = a_list()
    change(guests, "append", *(f"external_id:{number}" for number in range(3)))

    names = [f"external_id:{number}" for number in (1, 2, 3, 4)]
    report = change(guests, "replace", *names, now=NOON + HOUR)

    assert counts(report) == {"added": 2, "removed": 1, "unchanged": 2}
    assert set(segment_members(guests)) == set(people[1:])
    assert told(people[1]) == ["$segment_entered"]
    assert told(people[0]) == ["$segment_entered", "$segment_left"]


@pytest.mark.parametrize("chunk", [1, 2, 5000])
def test_to_clear_takes_everybody_out(monkeypatch, chunk):
    monkeypatch.setattr(lists, "CHUNK", chunk)
    for number in range(3):
        customer(external_id=str(number))
    guests = a_list()
    change(guests, "append", *(f"external_id:{number}" for number in range(3)))

    assert counts(change(guests, "clear", now=NOON + HOUR)) == {"removed": 3}
    assert segment_members(guests).count() == 0
    assert set(Membership.objects.values_list("left_at", flat=True)) == {NOON + HOUR}


def test_what_reads_a_list_is_true_in_the_same_moment():
    one, guests = customer(external_id="1"), a_list()
    within = {"field": "segment", "operator": "in", "value": "guests"}
    readers = save_segment(Segment(slug="readers", name="Readers", rule=within), NOON)
    save_stage_rule(Stage.objects.get(slug="advocacy"), within, NOON)
    work.settle(NOON)

    change(guests, "append", "external_id:1")
    one.refresh_from_db()
    assert (list(segment_members(readers)), one.stage.slug) == ([one], "advocacy")
    change(guests, "remove", "external_id:1", now=NOON + HOUR)

    assert list(segment_members(readers)) == []
    assert told(one) == [
        *("$segment_entered", "$stage_changed", "$segment_entered"),
        *("$segment_left", "$segment_left"),
    ]


def test_nothing_but_a_change_of_its_members_moves_a_list():
    one, guests = customer(external_id="1"), a_list()
    change(guests, "append", "external_id:1")

    work.settle(NOON + DAY)
    classify([one.pk], NOON + DAY)
    guests.refresh_from_db()
    guests.name = "The guests"
    save_segment(guests, NOON + DAY)
    archive_segment(guests, NOON + DAY)
    restore_segment(guests, NOON + DAY)

    assert rebuild(NOON + DAY) == 0
    assert list(segment_members(guests)) == [one]
    assert (guests.changed_at, guests.rebuilt_at, guests.changes) == (NOON, NOON, 1)


def test_whoever_is_merged_stays_on_the_list_once():
    one, other, guests = customer(email="a@example.com"), customer(external_id="1"), a_list()
    change(guests, "append", "email:a@example.com", "external_id:1")

    merge_customers([Merge(one.pk, other.pk)], NOON + HOUR)

    assert list(segment_members(guests)) == [other]
    assert counts(change(guests, "append", str(one.public_id))) == {"unchanged": 1}


def test_a_list_has_no_rule_and_a_segment_by_a_rule_no_members_by_hand():
    guests = a_list()
    guests.rule = {"field": "segment", "operator": "in", "value": "other"}
    with pytest.raises(RuleError, match="A list has no rule"):
        save_segment(guests, NOON)

    dynamic = save_segment(Segment(slug="romans", name="Romans"), NOON)
    with pytest.raises(ListError, match="“Romans” finds its members by its rule"):
        change(dynamic, "clear")
    dynamic.kind = "list"
    with pytest.raises(RuleError, match="kind: What is there stays of its kind"):
        save_segment(dynamic, NOON)


def test_an_archived_list_takes_nobody():
    guests = archive_segment(a_list(), NOON)

    with pytest.raises(ListError, match="“Guests” is archived"):
        change(guests, "append", "external_id:1")


def test_to_replace_gives_way_to_another_change(monkeypatch):
    monkeypatch.setattr(lists, "CHUNK", 1)
    for number in range(3):
        customer(external_id=str(number))
    guests = a_list()

    def rows():
        yield Named(1, "external_id:0")
        change(guests, "append", "external_id:2")
        yield Named(2, "external_id:1")

    with pytest.raises(ListError, match="Somebody else changed the list meanwhile"):
        change_members(guests, Operation.REPLACE, rows(), NOON)

    assert segment_members(guests).count() == 2


@pytest.mark.django_db(transaction=True)
def test_many_who_put_in_the_same_people_put_each_in_once():
    names = [f"external_id:{number}" for number in range(40)]
    for number in range(40):
        customer(external_id=str(number))
    guests, added = a_list(), []

    def put_in() -> None:
        added.append(change(guests, "append", *names).added)
        connection.close()

    threads = [Thread(target=put_in) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(added) == [0, 0, 0, 40]
    assert Event.objects.filter(name="$segment_entered").count() == 40


def test_a_list_is_filled_by_as_many_queries_for_many_as_for_few(django_assert_num_queries):
    guests = a_list()
    for number in range(60):
        customer(external_id=str(number))

    change(guests, "append", "external_id:0")
    for part in (range(1, 3), range(3, 60)):
        with django_assert_num_queries(14):
            change(guests, "append", *(f"external_id:{number}" for number in part))


def named(text: str) -> list[Named]:
    return list(named_in(io.BytesIO(text.encode())))


def test_a_file_names_customers_by_the_surest_cell_of_a_row():
    text = "name;Email;external_id\nAda;a@example.com;7\nIvo;i@example.com;\nLia;;\nMax;m@example.com;;x\n"

    assert named(text) == [
        Named(2, "external_id:7"),
        Named(3, "email:i@example.com"),
        Named(4, "", "The row names nobody."),
        Named(5, "Max", "The row has more cells than the first line has names."),
    ]


def test_a_file_may_name_customers_as_the_api_does():
    assert named(f"customer\nemail:a@example.com\n{MISSING}\n") == [
        Named(2, "email:a@example.com"),
        Named(3, MISSING),
    ]


def test_a_file_without_a_column_for_customers_says_which_there_are():
    with pytest.raises(ValueError, match="There are: customer, public_id, id, external_id, email"):
        named("a@example.com\nb@example.com\n")
