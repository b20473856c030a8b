"""The plans that rules count on: a batch's events are found by the index, everybody's in one pass."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer
from customers.rules import members, parse
from customers.rules.expressions import filled
from customers.rules.queries import _compiled
from tests.builders import NOON
from tests.planning import empty, know

COUNT = {"field": "event", "event": "Order Completed", "operator": "at_least", "value": 2}
LAST = {
    "field": "event_time",
    "event": "Order Completed",
    "which": "last",
    "operator": "within_last",
    "value": "P30D",
}
SHAPES = {
    "count": COUNT,
    "count in a window": COUNT | {"within": "P30D"},
    "count with a filter": COUNT | {"where": [{"property": "total", "operator": "greater", "value": 5}]},
    "sum": COUNT | {"aggregate": "sum", "property": "total", "within": "P30D"},
    "distinct elements": COUNT
    | {"aggregate": "distinct", "property": "products[].department", "before": "P1D"},
    "last time": LAST,
    "first time": LAST | {"which": "first"},
}


FOLLOWING = {
    "one after another": {
        "field": "sequence",
        "event": "Product Viewed",
        "operator": "followed",
        "then": "Order Completed",
        "span": "P1D",
        "without": "Product Removed",
        "within": "P30D",
    },
    "nothing after": {
        "field": "sequence",
        "event": "Product Viewed",
        "operator": "not_followed",
        "then": "Order Completed",
        "span": "PT2H",
    },
}
ORDERED = {"field": "order", "operator": "at_least", "value": 2}
COMMERCE = {
    "count of orders": (ORDERED, "order_of_customer"),
    "sum of orders": (
        ORDERED | {"aggregate": "sum", "property": "total", "within": "P30D"},
        "order_of_customer",
    ),
    "last order": (
        {"field": "order_time", "which": "last", "operator": "within_last", "value": "P30D"},
        "order_of_customer",
    ),
    "bought": (
        {"field": "product", "operator": "bought", "property": "category", "value": ["fish"]},
        "order_of_customer",
    ),
    "in the cart": ({"field": "product", "operator": "in_cart", "within": "P7D"}, "open_line_of_customer"),
    "worth of the cart": (
        {"field": "cart", "operator": "worth_at_least", "value": 5},
        "open_line_of_customer",
    ),
    "age of the cart": (
        {"field": "cart_time", "which": "first", "operator": "older_than", "value": "PT2H"},
        "open_line_of_customer",
    ),
}
ORDERS = """
    INSERT INTO customers_order (customer_id, order_id, occurred_at, properties)
    SELECT customer.id, number, %s - number * interval '1 hour', jsonb_build_object('total', number)
    FROM generate_series(0, 19) AS number, customers_customer AS customer
    ORDER BY number, customer.id
"""
LINES = """
    INSERT INTO customers_cartline (customer_id, product_id, occurred_at, ended_at, quantity, properties)
    SELECT customer.id, number, %s - number * interval '1 hour',
           CASE WHEN number > 1 THEN %s::timestamptz END, 1, '{"value": 5}'
    FROM generate_series(0, 19) AS number, customers_customer AS customer
    ORDER BY number, customer.id
"""
EVENTS = """
    INSERT INTO customers_event (customer_id, name, occurred_at, received_at, properties, message_id)
    SELECT customer.id, CASE number %% 2 WHEN 0 THEN 'Order Completed' ELSE 'Product Viewed' END,
           %s - number * interval '1 hour', %s, jsonb_build_object('total', number), ''
    FROM generate_series(0, 19) AS number, customers_customer AS customer
    ORDER BY number, customer.id
"""


@pytest.fixture
def ids(db: None) -> list[int]:  # noqa: ARG001 - the database
    """2,000 customers with 20 events each."""
    empty("customers_customer", "customers_event", "customers_order", "customers_cartline")
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(2000))
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [NOON, NOON])
        cursor.execute(ORDERS, [NOON])
        cursor.execute(LINES, [NOON, NOON])
    know("customers_customer", "customers_event", "customers_order", "customers_cartline")
    return list(Customer.objects.values_list("pk", flat=True))


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The nodes that read events, orders, lines of carts."""
    if plan.get("Relation Name") in ("customers_event", "customers_order", "customers_cartline"):
        is_by_bits = plan["Node Type"] == "Bitmap Heap Scan"
        yield plan["Plans"][0] if is_by_bits else plan
        return
    for child in plan.get("Plans", []):
        yield from scans(child)


def explained(sql: str, params: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        return list(scans(cursor.fetchone()[0][0]["Plan"]))


def of_batch(tree: Any, ids: list[int]) -> list[dict[str, Any]]:
    """How a rule is asked of the first 40."""
    sql, params = _compiled((parse(tree),))
    return explained(sql, filled(params, ids[:40], NOON))


def of_everybody(tree: Any) -> list[dict[str, Any]]:
    sql, params = members(parse(tree), NOON).query.sql_with_params()
    return explained(sql, params)


def conditions(found: list[dict[str, Any]]) -> list[str]:
    """By what each scan finds its rows in an index."""
    return [scan.get("Index Cond", "") for scan in found]


def test_a_batch_is_asked_by_the_index_of_its_customers(ids):
    found = {shape: of_batch(tree, ids) for shape, tree in SHAPES.items()}

    named = {shape: [scan.get("Index Name") for scan in scans] for shape, scans in found.items()}
    assert named == {shape: ["event_of_customer"] for shape in SHAPES}
    by = {shape: conditions(scans)[0] for shape, scans in found.items()}
    assert [shape for shape, told in by.items() if "customer_id" not in told or "name" not in told] == []


@pytest.mark.usefixtures("ids")
def test_everybody_is_asked_in_one_pass():
    found = {shape: conditions(of_everybody(tree)) for shape, tree in SHAPES.items()}

    assert {shape: len(told) for shape, told in found.items()} == dict.fromkeys(SHAPES, 1)
    assert [shape for shape, told in found.items() if "customer_id" in told[0]] == []


def test_each_step_of_a_batch_is_asked_by_the_index_of_the_customer(ids):
    found = {shape: of_batch(tree, ids) for shape, tree in FOLLOWING.items()}

    named = {shape: {scan.get("Index Name") for scan in scans} for shape, scans in found.items()}
    assert named == {shape: {"event_of_customer"} for shape in FOLLOWING}
    assert all("customer_id" in told for scans in found.values() for told in conditions(scans))


def test_orders_and_carts_of_a_batch_are_asked_by_their_index(ids):
    found = {shape: of_batch(tree, ids) for shape, (tree, _index) in COMMERCE.items()}

    for shape, (_tree, index) in COMMERCE.items():
        named = {scan.get("Index Name") for scan in found[shape]}
        assert named <= {index, "one_row_per_order_of_customer"}, shape
    assert all("customer_id" in told for scans in found.values() for told in conditions(scans))


@pytest.mark.usefixtures("ids")
def test_orders_and_carts_of_everybody_are_asked_in_one_pass():
    found = {shape: conditions(of_everybody(tree)) for shape, (tree, _index) in COMMERCE.items()}

    assert {shape: len(told) for shape, told in found.items()} == dict.fromkeys(COMMERCE, 1)
    assert [shape for shape, told in found.items() if "customer_id" in told[0]] == []
