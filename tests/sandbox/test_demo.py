"""The demo shop's page: made when it is first opened, there in a sandbox only."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from channels.models import Content
from config import work
from customers.models import Product, Segment, Source
from journeys.models import Enrollment, Journey
from sandbox.demo import DEMO, SOURCE, open_demo
from tests.builders import NOON, consent
from tests.customers.calls import call, identify, owner, receive

pytestmark = pytest.mark.django_db


def test_the_page_has_the_products_and_the_write_key_of_its_source(client: Client) -> None:
    page = client.get("/demo/", headers={"accept-language": "en"}).content.decode()

    source = Source.objects.get(name=SOURCE)
    told = json.loads(
        re.findall(r'<script id="demo-products" type="application/json">(.*?)</script>', page)[0]
    )
    assert f'data-write-key="{source.write_key}"' in page
    assert [one["name"] for one in told][:2] == ["Olive oil", "Sourdough bread"]
    assert Journey.objects.get(slug=DEMO).state == Journey.State.LIVE
    assert sorted(Content.objects.get(slug=DEMO).texts.values_list("language", flat=True)) == ["en", "it"]


def test_opening_it_again_changes_nothing() -> None:
    open_demo(NOON)
    Segment.objects.filter(slug=DEMO).update(name="Mine")

    open_demo(NOON)

    assert list(Segment.objects.values_list("name", flat=True)) == ["Mine"]
    assert (Source.objects.count(), Journey.objects.count(), Content.objects.count()) == (1, 1, 1)


def test_there_is_no_shop_outside_of_a_sandbox(client: Client, settings: Any) -> None:
    settings.SANDBOX = False

    assert client.get("/demo/").status_code == 404
    assert Source.objects.count() == 0


def test_who_leaves_a_cart_and_an_address_enters_the_journey_and_who_orders_leaves_it() -> None:
    open_demo(NOON)
    work.settle(NOON)
    receive(call(anonymous_id="web", event="Product Added", properties={"product_id": "oil", "price": 12.9}))
    assert Enrollment.objects.count() == 0

    receive(identify(anonymous_id="web", traits={"email": "ada@example.com"}))
    consent(owner("email", "ada@example.com"))
    receive(call(anonymous_id="web", event="Product Added", properties={"product_id": "honey"}))
    inside = list(Enrollment.objects.values_list("standing", flat=True))
    soon = NOON + timedelta(seconds=10)
    bought = {"order_id": "1", "total": 12.9}
    receive(call(at=soon, anonymous_id="web", event="Order Completed", properties=bought), now=soon)

    assert inside == ["due"]
    assert list(Enrollment.objects.values_list("standing", flat=True)) == ["ended"]
    assert Product.objects.count() == 2
