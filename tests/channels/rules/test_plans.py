"""The plans that rules about messages and addresses count on: a batch is asked by its customers' indexes."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from customers.models import Customer
from customers.rules import parse
from customers.rules.expressions import filled
from customers.rules.queries import _compiled
from tests.builders import NOON
from tests.planning import empty, know

ROWS = """
    INSERT INTO channels_message
        (customer_id, channel, source, source_id, state, created_at, sent_at, slot_at, clicked_at)
    SELECT customer.id, 'email', 'api', number, 'sent',
           %(now)s, %(now)s - number * interval '1 hour', %(now)s,
           CASE WHEN number %% 3 = 0 THEN %(now)s END
    FROM generate_series(1, 20) AS number, customers_customer AS customer ORDER BY number, customer.id;
    INSERT INTO customers_identity (customer_id, kind, value, created_at)
    SELECT id, 'email', 'c' || id || '@example.com', %(now)s FROM customers_customer;
    INSERT INTO customers_consent (customer_id, channel, topic, is_granted, source, wording, changed_at)
    SELECT id, 'email', '', true, '', '', %(now)s FROM customers_customer;
"""
SHAPES = {
    "received": {"field": "message", "did": "received", "operator": "at_least", "value": 5, "within": "P7D"},
    "clicked": {"field": "message", "did": "clicked", "operator": "equals", "value": 0},
    "ignored": {"field": "ignored", "operator": "at_least", "value": 5},
    "reachable": {"field": "reachable", "operator": "reachable", "channel": "email"},
}
TABLES = {"channels_message", "customers_identity", "customers_consent"}


@pytest.fixture
def ids(db: None) -> list[int]:  # noqa: ARG001 - the database
    """2,000 customers with an address, consent and 20 messages each."""
    empty("customers_customer")
    Customer.objects.bulk_create(Customer(first_seen_at=NOON, last_seen_at=NOON) for _ in range(2000))
    with connection.cursor() as cursor:
        cursor.execute(ROWS, {"now": NOON})
    know("customers_customer", *TABLES)
    return list(Customer.objects.values_list("pk", flat=True))


def scans(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if plan.get("Relation Name") in TABLES:
        yield plan
    for child in plan.get("Plans", []):
        yield from scans(child)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_batch_is_asked_by_the_indexes_of_its_customers(ids, shape):
    sql, params = _compiled((parse(SHAPES[shape]),))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", filled(params, ids[:40], NOON))
        found = list(scans(cursor.fetchone()[0][0]["Plan"]))

    assert found
    assert [scan["Node Type"] for scan in found if scan["Node Type"] == "Seq Scan"] == []
