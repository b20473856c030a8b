"""The ready segments: their rules hold what their names say, on customers made for it."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from customers.commerce.rebuild import rebuild
from customers.library import RFM, Marks, measure, ready_segments
from customers.models import Customer, Event
from customers.rules import members, parse
from tests.builders import DAY, NOON, customer, event

pytestmark = pytest.mark.django_db
ELEVEN = {one.slug for one in RFM}


def found(marks: Marks) -> dict[str, set[int]]:
    return {
        ready.slug: set(members(parse(ready.rule), NOON).values_list("pk", flat=True))
        for ready in ready_segments(marks)
    }


def test_the_eleven_divide_all_who_ever_bought():
    chance = random.Random(5)
    for _ in range(120):
        person = customer()
        Event.objects.bulk_create(
            Event(
                customer=person,
                name="Order Completed",
                occurred_at=NOON - timedelta(hours=chance.randrange(24 * 500)),
                received_at=NOON,
                properties={"total": chance.randrange(100)},
            )
            for _ in range(chance.choice([0, 1, 1, 2, 3, 5, 8, 13]))
        )
    rebuild(list(Customer.objects.values_list("pk", flat=True)))
    marks = measure(NOON)

    times = Counter(pk for slug, pks in found(marks).items() if slug in ELEVEN for pk in pks)

    buyers = set(Event.objects.values_list("customer_id", flat=True))
    assert marks != Marks()
    assert set(times) == buyers
    assert set(times.values()) == {1}


def test_few_buyers_have_the_usual_marks():
    event(customer(), properties={"total": 5})

    assert measure(NOON) == Marks()


def test_each_name_holds_what_it_says():
    young, loyal, lapsed, gone, cheap, carting, celebrating, nobody = (
        customer(traits=traits) for traits in [{}] * 6 + [{"birthday": "1990-03-08"}, {}]
    )
    event(young, at=NOON - DAY, properties={"total": 5})
    for days in range(1, 90, 9):
        event(loyal, at=NOON - days * DAY, properties={"total": 100, "discount": 0})
    event(lapsed, at=NOON - 90 * DAY)
    event(gone, at=NOON - 200 * DAY)
    for days in (10, 40):
        event(cheap, at=NOON - days * DAY, properties={"total": 1, "discount": 3})
    event(carting, "Product Added", at=NOON - DAY, properties={"product_id": "1"})

    sets = found(Marks())

    assert sets["new"] == {young.pk}
    assert sets["active"] == {young.pk, loyal.pk, cheap.pk}
    assert sets["lapsing"] == {lapsed.pk}
    assert sets["lost"] == {gone.pk}
    assert sets["high-value"] == {loyal.pk}
    assert sets["discount-only"] == {cheap.pk}
    assert sets["full-price"] == {loyal.pk}
    assert sets["cart-open"] == {carting.pk}
    assert sets["birthday-soon"] == {celebrating.pk}
    assert sets["champions"] == {loyal.pk}
    assert sets["unreachable"] >= {nobody.pk}
    assert sets["over-messaged"] == set()


def test_each_slug_is_there_once():
    slugs = [ready.slug for ready in ready_segments(Marks())]

    assert len(slugs) == len(set(slugs)) == 23
