"""Whose the orders and carts are when a merge is undone."""

import pytest

from customers.models import CartLine, Event, MergeRecord, Order
from customers.unmerge import unmerge
from tests.builders import DAY, NOON
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db


def ordered(number: str, **who: str) -> None:
    receive(call(**who, event="Order Completed", properties={"order_id": number}))


def joined() -> MergeRecord:
    receive(identify(anonymous_id="a1", external_id="u1"))
    return MergeRecord.objects.get()


def orders() -> dict[str, int]:
    return dict(Order.objects.values_list("order_id", "customer_id"))


def test_each_gets_back_orders_and_cart():
    ordered("1", anonymous_id="a1")
    ordered("2", external_id="u1")
    receive(call(anonymous_id="a1", event="Product Added", properties={"product_id": "pear"}))
    record = joined()
    assert set(orders().values()) == {record.customer_id}

    ordered("3", external_id="u1")
    unmerge(record.pk, "ada", "A shared tablet", NOON + DAY)

    his, hers = owner("anonymous_id", "a1").pk, owner("external_id", "u1").pk
    assert orders() == {"1": his, "2": hers, "3": hers}
    assert list(CartLine.objects.values_list("customer_id", "product_id")) == [(his, "pear")]


def test_orders_whose_events_were_deleted_go_back_as_they_are():
    ordered("1", anonymous_id="a1")
    ordered("2", external_id="u1")
    record = joined()
    Event.objects.filter(name="Order Completed").delete()

    unmerge(record.pk, "ada", "A shared tablet", NOON + DAY)

    assert orders() == {"1": owner("anonymous_id", "a1").pk, "2": owner("external_id", "u1").pk}
