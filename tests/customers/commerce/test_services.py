"""What a file or the API tells of products, and what events may still say of them."""

from decimal import Decimal
from typing import Any

import pytest

from customers.commerce.services import expected_products, keep_products
from customers.models import CartLine, Order, Product
from tests.builders import DAY, HOUR, NOON
from tests.customers.calls import call, receive

pytestmark = pytest.mark.django_db


def view(at: Any = NOON, **properties: Any) -> None:
    receive(call(at=at, external_id="u1", event="Product Viewed", properties=properties), now=at)


def facts() -> list[tuple[Any, ...]]:
    return list(Product.objects.order_by("product_id").values_list("product_id", "name", "price", "category"))


def test_what_is_told_stays_whatever_events_say_and_the_rest_is_theirs() -> None:
    keep_products([("a", {"name": "Pear", "price": Decimal("2.5")})], NOON)

    view(at=NOON + DAY, product_id="a", name="Birne", price=9, category="Fruit")

    assert facts() == [("a", "Pear", Decimal("2.5"), "Fruit")]


def test_an_emptied_fact_is_the_events_again() -> None:
    keep_products([("a", {"name": "Pear"})], NOON)
    keep_products([("a", {"name": ""})], NOON)
    view(at=NOON + HOUR, product_id="a", name="Birne")

    assert facts() == [("a", "Birne", None, "")]
    assert Product.objects.get().kept == []


def test_each_row_tells_what_it_did_and_a_trial_the_same_without_doing_it() -> None:
    rows = [("a", {"name": "Pear"}), ("b", {}), ("a", {"name": "Pear"}), ("a", {"name": "Apple"})]

    tried = expected_products(rows, NOON)

    assert Product.objects.count() == 0
    assert tried == keep_products(rows, NOON) == ["created", "created", "unchanged", "changed"]
    assert expected_products(rows[-1:], NOON + DAY) == ["unchanged"]
    assert facts() == [("a", "Apple", None, ""), ("b", "", None, "")]


def test_orders_and_carts_have_from_the_catalogue_what_their_events_leave_out() -> None:
    keep_products([("a", {"category": "Fruit", "brand": "Orchard"})], NOON)
    line = {"product_id": "a", "brand": "Other", "category": ""}

    receive(
        call(external_id="u1", event="Order Completed", properties={"order_id": "1", "products": [line]}),
        call(at=NOON, external_id="u2", event="Product Added", properties=line),
    )

    assert Order.objects.get().lines == [{"product_id": "a", "brand": "Other", "category": "Fruit"}]
    assert CartLine.objects.get().properties["category"] == "Fruit"
