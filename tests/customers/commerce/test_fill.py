"""Whatever order commerce events arrive in, orders, carts and products are what the events say."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from customers.commerce import rebuild
from customers.models import Cart, CartLine, Customer, Event, Order, Product
from customers.tracking.calls import Call
from tests.builders import DAY, HOUR, NOON
from tests.customers.calls import call, identify, owner, receive
from tests.customers.commerce import oracle
from tests.customers.commerce.oracle import Happened, money
from tests.customers.test_arrival import fresh

WHEN = st.integers(0, 6).map(lambda minutes: NOON - timedelta(minutes=minutes))
PRODUCT = st.sampled_from(["a", "b"])
PIECES = st.sampled_from([None, 1, 2])


def told(**properties: Any) -> dict[str, Any]:
    return {key: value for key, value in properties.items() if value is not None}


@st.composite
def happenings(draw: st.DrawFn) -> Happened:
    name = draw(st.sampled_from([*oracle.ORDER, "Order Updated", "Order Cancelled", "Order Refunded"]))
    if name in ("Product Added", "Product Removed"):
        named = draw(st.sampled_from([None, "Pear", "Apple"]))
        properties = told(product_id=draw(PRODUCT), quantity=draw(PIECES), name=named)
    elif name in ("Cart Viewed", "Checkout Started"):
        listed = draw(
            st.lists(st.builds(lambda of, many: told(product_id=of, quantity=many), PRODUCT, PIECES))
        )
        properties = {"products": listed}
    elif name == "Coupon Applied":
        properties = {"coupon_name": draw(st.sampled_from(["SPRING", "WELCOME"]))}
    else:
        properties = told(
            order_id=draw(st.sampled_from(["1", "2"])),
            total=draw(st.sampled_from([None, 10, 20, 35])),
            coupon=draw(st.sampled_from([None, "SPRING", "WELCOME"])),
        )
    return Happened(name, draw(WHEN), properties)


def as_calls(events: list[Happened], who: str = "u1") -> list[Call]:
    return [call(at=one.at, external_id=who, event=one.name, properties=one.properties) for one in events]


def kept_orders() -> dict[str, dict[str, Any]]:
    return {
        one.order_id: {
            "placed": one.occurred_at,
            "total": one.total,
            "coupon": one.coupon,
            "cancelled": one.cancelled_at,
            "refunded_at": one.refunded_at,
            "refunded": one.refunded,
            "is_whole": one.is_refunded_whole,
        }
        for one in Order.objects.all()
    }


def kept_cart() -> dict[str, Any]:
    one = Cart.objects.filter(customer__isnull=False).first() or Cart()
    lines = CartLine.objects.filter(ended_at=None)
    pieces = [(line.product_id, line.occurred_at) for line in lines for _ in range(int(line.quantity))]
    return {
        "pieces": sorted(pieces),
        "checkout": one.checkout_at,
        "coupon": one.coupon,
        "opened": one.opened_at,
    }


def expected_orders(events: list[Happened]) -> dict[str, dict[str, Any]]:
    found = oracle.orders(events)
    return {
        order_id: one | {"total": money(one["total"]), "refunded": money(one["refunded"])}
        for order_id, one in found.items()
    }


def rows() -> list[Any]:
    """All of the rows, but their ids."""
    return [
        sorted(
            map(
                repr, model.objects.values_list(*[one.name for one in model._meta.fields if one.name != "id"])
            )
        )
        for model in (Order, Cart, CartLine, Product)
    ]


def forget_everything() -> None:
    for model in (Order, Cart, CartLine, Product, Event):
        model.objects.all().delete()


class FillTest(TestCase):
    @settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(happenings(), max_size=12), st.data())
    def test_any_order_of_arrival_gives_what_the_events_say(
        self, events: list[Happened], data: st.DataObject
    ) -> None:
        receive(identify(external_id="u1"))
        receive(*fresh(as_calls(events)))
        at_once = rows()

        assert kept_orders() == expected_orders(events)
        assert kept_cart() == oracle.cart(events)
        assert {one.product_id: one.name for one in Product.objects.exclude(name="")} == oracle.product_names(
            events
        )

        forget_everything()
        arriving = data.draw(st.permutations(as_calls(events)))
        cuts = sorted(data.draw(st.lists(st.integers(0, len(arriving)), max_size=4)))
        for start, end in zip([0, *cuts], [*cuts, len(arriving)], strict=True):
            receive(*fresh(arriving[start:end]))

        assert rows() == at_once

        rebuild.rebuild(list(Customer.objects.values_list("pk", flat=True)))

        assert rows() == at_once

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.tuples(happenings(), st.booleans()), max_size=10))
    def test_two_who_turn_out_to_be_one_have_what_one_would_have(
        self, events: list[tuple[Happened, bool]]
    ) -> None:
        apart = [
            as_calls([one], who="u1")[0]
            if is_known
            else call(at=one.at, anonymous_id="web", event=one.name, properties=one.properties)
            for one, is_known in events
        ]
        receive(identify(external_id="u1"), identify(anonymous_id="web"))
        receive(*fresh(apart))

        receive(identify(external_id="u1", anonymous_id="web"))

        all_of_them = [one for one, _is_known in events]
        assert Customer.objects.count() == 1
        assert kept_orders() == expected_orders(all_of_them)
        assert kept_cart() == oracle.cart(all_of_them)


pytestmark = pytest.mark.django_db
CART = {"product_id": "a", "name": "Pear", "price": "2.50", "quantity": 2}


def buy(at: Any = NOON, **properties: Any) -> None:
    receive(call(at=at, external_id="u1", event="Order Completed", properties=properties), now=at)


def test_an_order_has_its_lines_its_coupon_and_exact_money() -> None:
    lines = [{"product_id": "a", "price": 0.1, "quantity": 3}]
    buy(order_id=4711, total=0.3, currency="eur", coupon="SPRING", products=lines, shop="Roma")

    one = Order.objects.get()

    assert (one.order_id, str(one.total), one.currency, one.coupon) == ("4711", "0.3000", "EUR", "SPRING")
    assert (one.lines, one.properties["shop"]) == (lines, "Roma")


def test_an_order_without_a_number_stands_by_itself_and_once() -> None:
    buy(total=5)
    buy(total=5)

    assert sorted(Order.objects.values_list("total", flat=True)) == [5, 5]
    assert {one.shown_id for one in Order.objects.all()} == {"without a number"}


def test_a_number_can_not_be_taken_for_one_of_ours() -> None:
    buy(order_id="$:m1")

    assert Order.objects.get().shown_id == " $:m1"


def test_a_refund_without_an_amount_is_of_the_whole() -> None:
    receive(call(external_id="u1", event="Order Refunded", properties={"order_id": "1"}))
    buy(order_id="1", total=30)

    one = Order.objects.get()

    assert (one.paid_back, one.properties["refunded"]) == (30, 30)


def test_a_refund_of_some_products_is_what_these_cost() -> None:
    buy(order_id="1", total=30)
    back = {"order_id": "1", "products": [{"product_id": "a", "price": 4, "quantity": 2}]}
    receive(call(external_id="u1", event="Order Refunded", properties=back))

    assert Order.objects.get().paid_back == 8


def test_a_coupon_that_is_applied_to_an_order_is_the_orders() -> None:
    applied = {"order_id": "1", "coupon_name": "SPRING"}
    receive(call(external_id="u1", event="Coupon Applied", properties=applied))
    buy(order_id="1")

    assert Order.objects.get().coupon == "SPRING"


def test_a_cart_tells_its_pieces_and_its_value() -> None:
    receive(call(external_id="u1", event="Product Added", properties=CART | {"currency": "EUR"}))

    one = Cart.objects.get()

    assert (one.items, one.value, one.currency, one.opened_at) == (2, 5, "EUR", NOON)
    assert CartLine.objects.get().properties == CART | {"currency": "EUR", "quantity": 2, "value": 5}


def test_reviews_are_counted() -> None:
    for rating in (5, 4, None):
        said = told(product_id="a", rating=rating)
        receive(call(external_id="u1", event="Product Reviewed", properties=said))
    one = Product.objects.get()
    counted = (one.reviews, one.rating)
    Product.objects.update(reviews=9, rated=9)

    rebuild.count_reviews()

    one.refresh_from_db()
    assert counted == (one.reviews, one.rating) == (3, 4.5)


ODD = [
    {"order_id": {"a": 1}, "products": "x", "total": "many", "currency": 7, "coupon": [1]},
    {"order_id": "x" * 5000, "products": [1, None, {"product_id": ["a"], "quantity": -3, "price": True}]},
    {"order_id": 10**30, "total": 10**40, "products": {"product_id": "a", "quantity": "1e9"}},
    {"product_id": "", "sku": None, "quantity": "0", "price": "-", "name": 5},
    {"product_id": "p" * 900, "name": "n" * 900, "url": "u" * 5000, "price": 1e300, "rating": {}},
    {"refunded": "x", "cancelled_at": "y", "refunded_at": 3, "order_id": "z", "total": -5.123456789},
]


@pytest.mark.parametrize("properties", ODD)
def test_odd_properties_fill_what_can_be_understood(properties: dict[str, Any]) -> None:
    names = sorted(rebuild.NAMES)

    receive(*(call(external_id="u1", event=name, properties=properties) for name in names))

    assert Event.objects.filter(name__in=names).count() == len(names)
    assert Order.objects.count() == 1
    assert Order.objects.get().occurred_at == NOON


def test_everybody_is_filled_from_the_events_that_are_there() -> None:
    for number in range(3):
        who = f"u{number}"
        receive(
            call(external_id=who, event="Order Completed", properties={"order_id": "1", "products": [CART]})
        )
        receive(
            call(at=NOON + HOUR, external_id=who, event="Product Added", properties=CART), now=NOON + HOUR
        )
    before = rows()
    for model in (Order, Cart, CartLine, Product):
        model.objects.all().delete()

    last: int | None = 0
    while last is not None:
        last = rebuild.rebuild_after(last)

    assert rows() == before
    assert [len(some) for some in before] == [3, 3, 3, 1]


def test_a_late_event_before_an_order_leaves_what_lies_in_the_cart() -> None:
    receive(
        call(at=NOON, external_id="u1", event="Product Added", properties={"product_id": "a"}), now=NOON + DAY
    )
    receive(call(at=NOON - HOUR, external_id="u1", event="Order Completed", properties={}), now=NOON + DAY)
    receive(
        call(at=NOON - 2 * HOUR, external_id="u1", event="Product Added", properties={"product_id": "b"}),
        now=NOON + DAY,
    )

    lines = CartLine.objects.order_by("product_id").values_list("product_id", "ended_at")

    assert list(lines) == [("a", None), ("b", NOON - HOUR)]
    assert owner("external_id", "u1").cart.items == 1


def test_the_command_fills_what_the_events_say_and_again_changes_nothing() -> None:
    for number in range(3):
        receive(call(external_id=f"u{number}", event="Order Completed", properties={"order_id": "1"}))
        receive(call(external_id=f"u{number}", event="Product Reviewed", properties={"product_id": "a"}))
    before = rows()
    for model in (Order, Cart, CartLine, Product):
        model.objects.all().delete()

    call_command("fill_commerce", stdout=StringIO())
    once = rows()
    call_command("fill_commerce", stdout=StringIO())

    assert once == rows() == before
