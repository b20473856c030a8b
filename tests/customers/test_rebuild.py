"""A segment found anew set-wise, range by range, is what classifying each customer would find."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config import work
from customers import rebuild as module
from customers.classify import classify_by
from customers.definitions import segment_name
from customers.inbox import accept, drain
from customers.models import Customer, Event, Membership, Segment
from customers.pace import FEWEST, HELD, MOST, Stride
from customers.ranges import remaking
from customers.rebuild import rebuild, recheck
from customers.rules import members, parse
from customers.segments import save_segment, segment_members
from tests.builders import DAY, HOUR, NOON, customer, event
from tests.customers.calls import call, receive
from tests.customers.rules.population import leaves, populate, trees
from tests.customers.rules.test_plans import COUNT, EVENTS, SHAPES
from tests.planning import empty, know
from tests.threads import at_once

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
BOUGHT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 1, "within": "P30D"}

known = leaves().filter(lambda leaf: leaf["field"] != "segment" or leaf["value"] != "unknown")


def made(rule: dict[str, Any], slug: str = "some") -> Segment:
    return save_segment(Segment(slug=slug, name=slug, rule=rule), NOON)


@pytest.fixture
def people(db):  # noqa: ARG001 - the database
    return populate()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=trees(known), second=trees(known), hours=st.integers(0, 60), limit=st.integers(7, 80))
def test_a_rebuild_writes_what_classifying_each_would_write(people, first, second, hours, limit):
    ids, later = list(people), NOON + hours * HOUR
    found = []
    for is_setwise in (True, False):
        with transaction.atomic():
            segment = made(first, slug="other")
            for rule, now in ((first, NOON), (second, later)):
                segment.rule = rule
                save_segment(segment, now)
                if is_setwise:
                    work_through(now, limit)
                else:
                    classify_by({segment_name("other")}, ids, now)
            found.append((state(), rechecks()))
            transaction.set_rollback(True)

    (setwise, soon), (each, exact) = found
    assert setwise == each
    assert all(soon[pk] is not None and soon[pk] <= at for pk, at in exact.items() if at)


def work_through(now: datetime, limit: int) -> None:
    while rebuild(now, limit):
        pass


def state() -> tuple[list[Any], list[Any]]:
    stays = Membership.objects.filter(segment__slug="other").order_by("customer_id", "entered_at", "left_at")
    told = Event.objects.filter(name__startswith="$segment_").order_by("customer_id", "occurred_at", "name")
    return (
        list(stays.values_list("customer_id", "entered_at", "left_at")),
        list(told.values_list("customer_id", "name", "occurred_at", "received_at", "properties")),
    )


def rechecks() -> dict[int, datetime | None]:
    return dict(Customer.objects.values_list("pk", "recheck_at"))


def test_calls_that_come_between_two_ranges_are_neither_lost_nor_counted_twice():
    segment = made(BOUGHT)
    people = [customer(external_id=f"u{number}") for number in range(4)]
    event(people[0], at=NOON - DAY)

    rebuild(NOON, limit=2)
    receive(
        call(external_id="u1", event="Order Completed"),
        call(external_id="u3", event="Order Completed"),
        call(external_id="u4", event="Order Completed"),
        now=NOON + HOUR,
    )
    work_through(NOON + HOUR, limit=2)

    entered = Membership.objects.order_by("customer_id").values_list("entered_at", flat=True)
    assert list(entered) == [NOON, NOON + HOUR, NOON + HOUR, NOON + HOUR]
    assert set(segment_members(segment)) == set(members(parse(BOUGHT), NOON + HOUR))


def test_a_rebuild_brings_the_next_look_forward_and_never_back():
    soon, late = NOON + DAY, NOON + 300 * DAY
    people = [customer(recheck_at=at) for at in (soon, late, None)]
    for person in people:
        event(person)
    made(BOUGHT)

    work.settle(NOON)

    assert [rechecks()[one.pk] for one in people] == [soon, NOON + 30 * DAY, NOON + 30 * DAY]


def test_a_range_that_takes_too_long_is_tried_smaller_and_at_last_given_up(monkeypatch, caplog):
    customer(traits={"city": "Roma"})
    segment = made(ROMAN)
    monkeypatch.setattr(module, "_stride", Stride())
    monkeypatch.setattr(module, "PATIENCE", "50ms")
    monkeypatch.setattr(module, "remake", asleep)

    taken = [rebuild(NOON) for _ in range(5)]

    segment.refresh_from_db()
    assert taken == [1, 1, 1, 1, 0]
    assert (segment.stalled_at, segment.rebuilt_at, segment.rebuilt_to) == (NOON, None, 0)
    assert f"Segment some is not rebuilt: it takes over 50ms for {FEWEST} customers." in caplog.text


def asleep(*_asked: Any) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(30)")
    return []


def test_a_segment_that_was_given_up_is_tried_again_with_another_rule():
    person = customer(traits={"city": "Roma"})
    segment = made({})
    Segment.objects.update(stalled_at=NOON)
    segment.refresh_from_db()
    assert rebuild(NOON) == 0

    segment.rule = ROMAN
    save_segment(segment, NOON)
    work.settle(NOON)

    assert set(segment_members(segment)) == {person}


def test_a_stride_grows_while_nobody_waits_long_and_shrinks_where_they_would():
    stride = Stride()

    stride.took(stride.rows, HELD / 4)
    assert stride.rows == 100_000
    stride.took(stride.rows, HELD)
    assert stride.rows == 100_000
    stride.took(100, 0.0)  # the rest at the end says nothing
    assert stride.rows == 100_000
    stride.took(stride.rows, 3 * HELD)
    assert stride.rows == 50_000
    for _ in range(9):
        stride.took(stride.rows, 0.0)
    assert stride.rows == MOST


def test_a_stride_that_stumbles_has_an_end():
    stride = Stride()

    assert [stride.stumbled() for _ in range(4)] == [True, True, True, False]
    assert stride.rows == FEWEST


@pytest.fixture
def crowd(db: None) -> list[int]:  # noqa: ARG001 - the database
    """4,000 customers with 20 events each, all in the segment of id 7."""
    empty("customers_customer", "customers_event")
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(4000))
    ids = list(Customer.objects.values_list("pk", flat=True))
    Segment.objects.create(pk=7, slug="seven", name="Seven")
    Membership.objects.bulk_create(Membership(segment_id=7, customer_id=one, entered_at=NOON) for one in ids)
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [NOON, NOON])
    know("customers_customer", "customers_event", "customers_membership")
    return ids


@pytest.mark.parametrize("shape", SHAPES)
def test_a_range_reads_its_own_customers_events_and_stays_alone(crowd, shape):
    rule = {"combinator": "and", "rules": [ROMAN, SHAPES[shape]]}

    found = scanned(*remaking(7, parse(rule), crowd[0], crowd[399], NOON))

    assert {scan["Relation Name"] for scan in found} >= {"customers_event", "customers_customer"}
    for scan in found:
        condition = scan.get("Index Cond", scan.get("Recheck Cond", ""))
        key = "id" if scan["Relation Name"] == "customers_customer" else "customer_id"
        assert key in condition or "(id = " in condition, (scan["Relation Name"], scan.get("Alias"))


def scanned(sql: str, params: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return list(tables(cursor.fetchone()[0][0]["Plan"]))


def tables(plan: dict[str, Any]) -> Any:
    if "Relation Name" in plan and "Scan" in plan["Node Type"]:
        yield plan
    for child in plan.get("Plans", []):
        yield from tables(child)


def test_what_a_range_reads_does_not_grow_with_who_is_outside_it(crowd):
    sql, params = remaking(7, parse(COUNT), crowd[0], crowd[399], NOON)

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}", params)
        plan = cursor.fetchone()[0][0]["Plan"]

    read = sum(
        scan["Actual Loops"] * (scan["Actual Rows"] + scan.get("Rows Removed by Filter", 0))
        for scan in tables(plan)
        if scan["Relation Name"] == "customers_event"
    )
    assert read == 399 * 10


@pytest.mark.django_db(transaction=True)
def test_rebuilds_beside_drains_and_rechecks_end_in_what_holds():
    for number in range(200):
        person = customer(external_id=f"u{number}", recheck_at=NOON)
        if number % 3 == 0:
            event(person, at=NOON - DAY)
    segment = made(BOUGHT)
    calls = [call(external_id=f"u{n % 300}", event="Order Completed") for n in range(0, 900, 7)]

    def send() -> None:
        for place in range(0, len(calls), 10):
            accept(calls[place : place + 10], None, NOON)
            drain(NOON)

    at_once(
        send,
        lambda: work_through(NOON, limit=9),
        lambda: work_through(NOON, limit=13),
        lambda: [recheck(NOON, limit=20) for _ in range(20)],
    )
    work.settle(NOON)

    assert set(segment_members(segment)) == set(members(parse(BOUGHT), NOON))
    stays = Membership.objects.values_list("customer_id", flat=True)
    told = Event.objects.filter(name="$segment_entered").values_list("customer_id", flat=True)
    assert sorted(stays) == sorted(told) == sorted(set(told))
