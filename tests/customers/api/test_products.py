"""The catalogue by the API: told in batches, listed, read."""

from typing import Any

import pytest

from customers.models import Product
from tests.clients import client

pytestmark = pytest.mark.django_db
URL = "/api/v1/products/"
PEAR = {"product_id": "a/1", "name": "Pear", "price": "2.50", "currency": "eur", "category": "Fruit"}


def tell(*products: Any, scope: str = "customers") -> Any:
    return client(scope).post(URL, {"products": list(products)}, format="json")


def test_products_are_told_listed_and_read():
    told = tell(PEAR, {"product_id": "b"})
    again = tell(PEAR, {"product_id": "b", "brand": "Orchard"})

    listed = client("read").get(URL, {"product_id": "a/1"}).json()["results"]
    read = client("read").get(f"{URL}{listed[0]['id']}/").json()

    assert told.json() == {"created": 2, "changed": 0, "unchanged": 0}
    assert again.json() == {"created": 0, "changed": 1, "unchanged": 1}
    assert listed == [read]
    assert (read["name"], read["price"], read["currency"], read["category"]) == (
        "Pear",
        "2.5000",
        "EUR",
        "Fruit",
    )
    assert read["kept"] == ["category", "currency", "name", "price"]


@pytest.mark.parametrize(
    ("product", "path"),
    [
        ({"product_id": ""}, "products.0.product_id"),
        ({"product_id": "x" * 201}, "products.0.product_id"),
        ({"product_id": "a", "price": "NaN"}, "products.0.price"),
        ({"product_id": "a", "price": "1e30"}, "products.0.price"),
        ({"product_id": "a", "currency": "EURO"}, "products.0.currency"),
        ({"product_id": "a", "colour": "red"}, "products.0.colour"),
        ({"product_id": "a", "name": {"en": "Pear"}}, "products.0.name"),
        ({"product_id": "a", "name": "Pe\0ar"}, "products.0.name"),
    ],
)
def test_what_is_wrong_is_told_by_its_place_and_nothing_is_kept(product, path):
    answer = tell(PEAR | {"product_id": "good"}, product)

    assert answer.status_code == 400
    assert [one["path"].replace(".1.", ".0.") for one in answer.json()["errors"]] == [path]
    assert Product.objects.count() == 0


def test_a_batch_has_at_most_a_thousand_and_at_least_one():
    assert tell().status_code == 400
    assert tell(*({"product_id": str(number)} for number in range(1001))).status_code == 400
    assert Product.objects.count() == 0
