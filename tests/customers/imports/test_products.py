"""Products from a CSV file."""

from decimal import Decimal

import pytest

from customers.imports.columns import Column, ColumnsError, check, guess
from customers.imports.services import set_off
from customers.models import Customer, Product
from tests.builders import DAY, NOON
from tests.customers.imports.files import counts, imported, reasons, taken, tried

pytestmark = pytest.mark.django_db
LIST = """Handle;Title;Vendor;Type;Price;Currency;Image Src;Stock
pear;Pear;Orchard;Fruit;1.200,50;eur;https://shop.example/pear.png;4
plum;Plum;Orchard;;2,50;EUR;;
"""


def test_columns_of_products_are_guessed():
    names = LIST.splitlines()[0].split(";")
    rows = [line.split(";") for line in LIST.splitlines()[1:]]

    assert guess("products", names, rows, day_first=True) == [
        Column("product_id"),
        Column("name"),
        Column("brand"),
        Column("category"),
        Column("price", type="comma_number"),
        Column("currency"),
        Column("image_url"),
        Column(""),
    ]


def test_products_are_tried_and_imported_with_all_that_the_file_says():
    one = tried(taken(LIST, "products"))
    expected = (
        one.state,
        one.expected["created"],
        one.expected["faults"],
        set_off(one),
        Product.objects.count(),
    )

    done = imported(LIST, "products")

    assert expected == ("checked", 2, [], [], 0)
    assert (done.state, counts(done), Customer.objects.count()) == ("done", (2, 0, 0, 0), 0)
    pear, plum = Product.objects.order_by("product_id")
    assert (pear.product_id, pear.name, pear.brand, pear.category) == ("pear", "Pear", "Orchard", "Fruit")
    assert (pear.price, pear.currency, pear.image_url) == (
        Decimal("1200.5"),
        "EUR",
        "https://shop.example/pear.png",
    )
    assert plum.kept == ["brand", "currency", "name", "price"]


def test_the_same_file_again_changes_nothing_and_another_what_it_says():
    imported(LIST, "products")

    again = imported(LIST, "products", now=NOON + DAY)
    other = imported("product_id,price\npear,3\nfig,4\n", "products", now=NOON + DAY)

    assert (counts(again), counts(other)) == ((0, 0, 2, 0), (1, 1, 0, 0))
    assert dict(Product.objects.values_list("product_id", "name")) == {
        "pear": "Pear",
        "plum": "Plum",
        "fig": "",
    }


def test_rows_at_fault_are_rejected_each_with_all_that_is_wrong():
    long = "x" * 201
    one = imported(
        f"product_id,name,price,currency\n,Pear,1.5,EUR\na,Plum,1.5,EURO\n{long},Fig,2.5,EUR\nb,Nut,3.5,EUR,x\nc,Egg,1,EUR\n",
        "products",
    )

    assert counts(one) == (1, 0, 0, 4)
    assert reasons(one) == {
        2: "The row names no product.",
        3: "currency: A currency is three letters, as in EUR.",
        4: "product_id: This has more than 200 letters.",
        5: "The row has more cells than the first line has names.",
    }


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            [Column("name"), Column("price", type="number")],
            "Say which column has the id of the product, or its SKU.",
        ),
        ([Column("sku"), Column("price")], "B: Say how the prices are written."),
        ([Column("sku"), Column("email")], "B: This kind of import has no such column."),
    ],
)
def test_columns_that_can_not_be_imported_are_told(columns, message):
    with pytest.raises(ColumnsError) as refused:
        check("products", columns, ["A", "B"])

    assert [one["message"] for one in refused.value.errors] == [message]
