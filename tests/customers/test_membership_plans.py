"""The plans that questions about a segment count on: its own stays by their indexes, nobody else's."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from customers import export, growth, lists, overlap
from customers.copying import moments
from customers.models import Customer, Segment
from tests.builders import DAY, NOON
from tests.planning import empty, know

STAYS = """
    INSERT INTO customers_membership (segment_id, customer_id, entered_at, left_at)
    SELECT segment.id, customer.id, %s - number * interval '20 days',
           CASE WHEN number > 0 THEN %s - number * interval '19 days' END
    FROM customers_segment AS segment, customers_customer AS customer, generate_series(0, 3) AS number
"""


@pytest.fixture
def segments(db: None) -> list[Segment]:  # noqa: ARG001 - the database
    """40 segments with the same 500 customers, each of whom has left three times."""
    empty("customers_customer")
    made = [Segment.objects.create(slug=f"s{number}", name=f"S{number}") for number in range(40)]
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(500))
    with connection.cursor() as cursor:
        cursor.execute(STAYS, [NOON, NOON])
    know("customers_membership", "customers_customer")
    return made


def indexes(sql: str, params: Any) -> set[str]:
    """The indexes by which the plan reads stays; 'none' where it reads all of them."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return set(_indexes(cursor.fetchone()[0][0]["Plan"]))


def _indexes(plan: dict[str, Any]) -> Iterator[str]:
    if plan.get("Index Name") in {"one_stay_at_a_time", "membership_left", "membership_of_customer"}:
        yield plan["Index Name"]
    if plan["Node Type"] == "Seq Scan" and plan["Relation Name"] == "customers_membership":
        yield "none"
    for child in plan.get("Plans", []):
        yield from _indexes(child)


def test_growth_reads_who_is_in_and_who_left_since(segments):
    starts = [NOON - 2 * DAY, NOON - DAY]
    params = {"segment": segments[0].pk, "start": starts[0], "starts": moments(starts), "days": 2}

    assert indexes(growth.GROWTH, params) == {"one_stay_at_a_time", "membership_left"}


def test_overlap_reads_the_members_of_both(segments):
    assert indexes(overlap.OVERLAP, [segments[0].pk, segments[1].pk]) == {"one_stay_at_a_time"}


@pytest.mark.parametrize("sql", [export.MEMBERS, lists.MEMBERS])
def test_members_are_read_page_by_page(segments, sql):
    assert indexes(sql, [segments[0].pk, 0, 100]) == {"one_stay_at_a_time"}


def test_members_are_taken_out_by_the_index(segments):
    found = indexes(lists.LEAVE, [NOON, segments[0].pk, [1, 2, 3]])

    assert found <= {"one_stay_at_a_time", "membership_of_customer"}
    assert found
