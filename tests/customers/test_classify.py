from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from customers.classify import classify, classify_news
from customers.models import Customer, Event, Membership, Segment, Stage, StageMove
from customers.rebuild import recheck
from customers.rules import Depends
from tests.builders import DAY, HOUR, NOON, customer, event

pytestmark = pytest.mark.django_db
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1, "within": "P30D"}
VIEWED = {"field": "event", "event": "Product Viewed", "operator": "at_least", "value": 1}
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def stage(slug: str, rule: dict[str, object]) -> None:
    Stage.objects.filter(slug=slug).update(rule=rule)


def segment(slug: str, rule: dict[str, object], **fields: object) -> Segment:
    return Segment.objects.create(slug=slug, name=slug, rule=rule, **fields)


def told(of: Customer) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(customer=of, name__startswith="$").order_by("id")
    return list(events.values_list("name", "properties"))


def stays(of: Customer) -> list[tuple[str, datetime, datetime | None]]:
    return list(of.memberships.order_by("id").values_list("segment__slug", "entered_at", "left_at"))


def test_classify_moves_to_the_stage_of_least_precedence_and_tells_it():
    stage("discovery", VIEWED)
    stage("action", BOUGHT)
    person = customer()
    event(person, "Product Viewed")
    event(person)

    classify([person.pk], NOON)

    person.refresh_from_db()
    assert (person.stage.slug, person.stage_since) == ("action", NOON)
    assert list(StageMove.objects.values_list("customer", "from_stage", "to_stage", "moved_at")) == [
        (person.pk, None, 5, NOON)
    ]
    assert told(person) == [("$stage_changed", {"from": None, "to": "action"})]


def test_classify_leaves_a_customer_for_whom_no_rule_holds_where_it_stands():
    stage("action", BOUGHT)
    person = customer(stage="interest")

    classify([person.pk], NOON)

    person.refresh_from_db()
    assert person.stage.slug == "interest"
    assert told(person) == []


def test_classify_returns_a_customer_to_an_earlier_stage():
    stage("discovery", VIEWED)
    stage("action", BOUGHT)
    person = customer(stage="action")
    event(person, "Product Viewed")
    event(person, at=NOON - 31 * DAY)

    classify([person.pk], NOON)

    assert told(person) == [("$stage_changed", {"from": "action", "to": "discovery"})]


@pytest.mark.parametrize(("elapsed", "stands_in"), [(30 * DAY - HOUR / 2, "action"), (30 * DAY, "discovery")])
def test_a_window_is_elapsed_time_whatever_zone_now_is_in(elapsed, stands_in):
    new_york = ZoneInfo("America/New_York")
    now = datetime(2026, 11, 1, 11, tzinfo=new_york)  # its clocks were put back an hour today
    stage("discovery", VIEWED)
    stage("action", BOUGHT)
    person = customer()
    event(person, "Product Viewed", at=now)
    event(person, at=now.astimezone(UTC) - elapsed)

    classify([person.pk], now)

    person.refresh_from_db()
    assert person.stage.slug == stands_in
    assert person.recheck_at is None or person.recheck_at > now


def test_classify_enters_and_leaves_segments_with_their_times():
    segment("romans", ROMAN)
    person = customer(traits={"city": "Roma"})

    classify([person.pk], NOON)
    Customer.objects.update(traits={"city": "Bari"})
    classify([person.pk], NOON + HOUR)
    Customer.objects.update(traits={"city": "Roma"})
    classify([person.pk], NOON + 2 * HOUR)

    assert stays(person) == [("romans", NOON, NOON + HOUR), ("romans", NOON + 2 * HOUR, None)]
    assert told(person) == [
        ("$segment_entered", {"segment": "romans"}),
        ("$segment_left", {"segment": "romans"}),
        ("$segment_entered", {"segment": "romans"}),
    ]


def test_classify_writes_nothing_the_second_time(django_assert_num_queries):
    stage("action", BOUGHT)
    segment("romans", ROMAN)
    person = customer(traits={"city": "Roma"})
    event(person)
    classify([person.pk], NOON)

    with django_assert_num_queries(2):  # the rules as they are, all of them in one
        classify([person.pk], NOON)


def test_classify_asks_only_what_reads_the_change():
    stage("action", BOUGHT)
    segment("romans", ROMAN)
    person = customer(traits={"city": "Roma"})
    event(person)

    classify([person.pk], NOON, changed=Depends(traits=frozenset(["city"])))

    person.refresh_from_db()
    assert person.stage is None
    assert stays(person) == [("romans", NOON, None)]


def test_classify_follows_what_it_has_changed_through_rules_that_read_it():
    segment("romans", ROMAN)
    stage("use", {"field": "segment", "operator": "in", "value": "romans"})
    segment("users", {"field": "stage", "operator": "is", "value": "use"})
    segment("moved", {"field": "event", "event": "$stage_changed", "operator": "at_least", "value": 1})
    person, other = customer(traits={"city": "Roma"}), customer(traits={"city": "Bari"})

    classify([person.pk, other.pk], NOON, changed=Depends(traits=frozenset(["city"])))

    assert [name for name, *_ in stays(person)] == ["romans", "users", "moved"]
    assert stays(other) == []


def test_classify_news_asks_each_customer_only_what_reads_its_own_news():
    segment("fresh", BOUGHT)
    segment("romans", ROMAN)
    people = [customer(traits={"city": "Roma"}) for _ in range(3)]
    for person in people:
        event(person)
    bought, moved = Depends(events=frozenset(["Order Completed"])), Depends(traits=frozenset(["city"]))

    classify_news({people[0].pk: bought, people[1].pk: moved, people[2].pk: bought | moved}, NOON)

    assert [[name for name, *_ in stays(person)] for person in people] == [
        ["fresh"],
        ["romans"],
        ["fresh", "romans"],
    ]


def test_classify_news_of_many_kinds_leaves_nobody_out():
    names = [f"Event {number}" for number in range(12)]
    for number, name in enumerate(names):
        segment(f"s{number}", BOUGHT | {"event": name})
    people = {name: customer() for name in names}
    for name, person in people.items():
        event(person, name)

    classify_news({person.pk: Depends(events=frozenset([name])) for name, person in people.items()}, NOON)

    assert [[slug for slug, *_ in stays(people[name])] for name in names] == [
        [f"s{number}"] for number in range(12)
    ]


def test_classify_leaves_out_inactive_segments_and_rules_that_cannot_be_read(caplog):
    segment("asleep", ROMAN, archived_at=NOON)
    segment("broken", {"field": "no such"})
    segment("romans", ROMAN)
    person = customer(traits={"city": "Roma"})

    classify([person.pk], NOON)

    assert stays(person) == [("romans", NOON, None)]
    assert "segment broken can't be read" in caplog.text


def test_classify_survives_a_cycle_that_stands_in_the_rows():
    segment("one", {"field": "segment", "operator": "not_in", "value": "two"})
    segment("two", {"field": "segment", "operator": "not_in", "value": "one"})
    person = customer()

    classify([person.pk], NOON)

    assert [name for name, *_ in stays(person)] == ["one", "two"]


def test_recheck_moves_customers_when_time_has_turned_a_rule():
    segment("fresh", BOUGHT)
    person = customer()
    event(person, at=NOON - DAY)
    classify([person.pk], NOON)
    person.refresh_from_db()
    due = NOON + 29 * DAY
    assert person.recheck_at == due

    assert recheck(due - HOUR) == 0
    assert recheck(due) == 1

    person.refresh_from_db()
    assert person.recheck_at is None
    assert stays(person) == [("fresh", NOON, due)]


def test_recheck_comes_for_nobody_whom_a_newer_event_keeps():
    segment("fresh", BOUGHT)
    person = customer()
    event(person, at=NOON - DAY)
    classify([person.pk], NOON)
    event(person, at=NOON)
    classify([person.pk], NOON, changed=Depends(events=frozenset(["Order Completed"])))

    assert recheck(NOON + 29 * DAY) == 0
    assert recheck(NOON + 30 * DAY) == 1
    assert stays(person) == [("fresh", NOON, NOON + 30 * DAY)]


def test_recheck_comes_early_rather_than_late_where_only_few_definitions_were_asked():
    segment("fresh", BOUGHT)
    for number in range(3):
        segment(f"viewers {number}", VIEWED | {"within": "P60D"})
    person = customer()
    event(person, at=NOON - DAY)
    event(person, "Product Viewed", at=NOON)
    classify([person.pk], NOON)
    event(person, at=NOON)
    classify([person.pk], NOON, changed=Depends(events=frozenset(["Order Completed"])))

    assert recheck(NOON + 29 * DAY) == 1

    person.refresh_from_db()
    assert person.recheck_at == NOON + 30 * DAY
    assert [left_at for _slug, _at, left_at in stays(person)] == [None] * 4


def test_recheck_that_is_due_is_not_lost_to_an_event_of_the_same_moment():
    segment("quiet", {"combinator": "and", "not": True, "rules": [BOUGHT]})
    segment("viewer", VIEWED)
    segment("browser", VIEWED | {"value": 2})
    person = customer()
    event(person, "Order Completed", at=NOON)
    classify([person.pk], NOON)
    event(person, "Product Viewed", at=NOON + 30 * DAY)

    classify_news({person.pk: Depends(events=frozenset(["Product Viewed"]))}, NOON + 30 * DAY)
    assert recheck(NOON + 30 * DAY) == 1

    assert {slug for slug, _entered, left in stays(person) if left is None} == {"quiet", "viewer"}


def test_what_is_due_stays_due_where_an_event_comes_first_and_asks_others_only():
    segment("fresh", BOUGHT)
    stage("discovery", VIEWED)
    person = customer()
    event(person, at=NOON - DAY)
    classify([person.pk], NOON)
    due = NOON + 29 * DAY
    event(person, "Product Viewed", at=due)
    classify([person.pk], due, changed=Depends(events=frozenset(["Product Viewed"])))

    assert recheck(due) == 1

    assert stays(person) == [("fresh", NOON, due)]


def test_recheck_takes_at_most_its_limit():
    people = [customer(recheck_at=NOON) for _ in range(3)]

    assert recheck(NOON, limit=2) == 2
    assert recheck(NOON, limit=2) == 1
    assert recheck(NOON, limit=2) == 0
    assert len(people) == 3


def test_classify_takes_one_query_for_many_customers_and_rules():
    for number in range(10):
        segment(f"s{number}", BOUGHT | {"value": number + 1})
    people = [customer() for _ in range(20)]
    for person in people:
        event(person)

    with (
        transaction.atomic(),
        CaptureQueriesContext(
            connection,
        ) as queries,
    ):
        classify([person.pk for person in people], NOON)

    assert Membership.objects.count() == 20
    assert sum("customers_event" in query["sql"] and "LATERAL" in query["sql"] for query in queries) == 1
