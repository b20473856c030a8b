"""What a customer bought and has in the cart, as the customer's page shows it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from insights.purchases import Bought, Line, purchases
from tests.builders import DAY, NOON, customer, event

pytestmark = pytest.mark.django_db
PEAR = {"product_id": "a", "name": "Pear", "price": 2.5, "quantity": 2}


def test_orders_are_summed_by_currency_less_what_was_paid_back() -> None:
    ada = customer()
    for number, total in enumerate((10, 20, 30), start=1):
        event(ada, properties={"order_id": str(number), "total": total, "currency": "EUR"})
    event(ada, properties={"order_id": "4", "total": 7, "currency": "USD"})
    event(ada, "Order Refunded", properties={"order_id": "1", "total": 4})
    event(ada, "Order Refunded", properties={"order_id": "2"})
    event(ada, "Order Cancelled", properties={"order_id": "3"})

    assert purchases(ada).bought == [Bought(1, Decimal(7), "USD"), Bought(2, Decimal(6), "EUR")]


def test_the_newest_orders_stand_with_their_lines_and_odd_ones_do_no_harm() -> None:
    ada = customer()
    for day in range(7):
        told = {"order_id": str(day), "products": [PEAR, {"name": {"en": "x"}, "price": "-", "quantity": []}]}
        event(ada, at=NOON + day * DAY, properties=told)

    shown = purchases(ada).orders

    assert [order.order_id for order, _lines in shown] == ["6", "5", "4", "3", "2"]
    assert shown[0][1] == [Line("Pear", Decimal(2), Decimal(5)), Line("", Decimal(1), None)]


def test_the_page_shows_orders_and_the_open_cart(admin_client: Client) -> None:
    ada = customer()
    event(ada, properties={"order_id": "N-1", "total": 12.5, "currency": "EUR", "products": [PEAR]})
    event(ada, "Product Added", at=NOON + DAY, properties={**PEAR, "name": "Plum", "currency": "EUR"})

    page = admin_client.get(reverse("admin:customer", args=[ada.public_id])).content.decode()

    said: list[Any] = [text in page for text in ("N-1", "12.50 EUR", "Plum", "open cart", "5.00 EUR")]
    assert said == [True] * 5
