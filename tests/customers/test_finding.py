import pytest

from customers import finding as module
from customers.finding import find_customers
from tests.builders import customer

pytestmark = pytest.mark.django_db


def test_customers_are_found_by_what_leads_to_them():
    ada = customer(email="ada@example.com", external_id="c-17")
    bruno = customer(email="bruno@example.com")

    assert find_customers("ADA@example.com") == [ada]
    assert find_customers("c-17") == [ada]
    assert find_customers("bru") == [bruno]
    assert find_customers("") == [bruno, ada]


def test_customers_are_found_by_all_words_of_a_name():
    ada = customer(traits={"first_name": "Ada", "last_name": "Rossi"})
    customer(traits={"first_name": "Ada", "last_name": "Bianchi"})
    eva = customer(traits={"name": "Eva Rossi"})

    assert find_customers("ada ross") == [ada]
    assert find_customers("rossi") == [eva, ada]


@pytest.mark.parametrize("term", ["\0", "%", "_", "'; --", "è" * 600])
def test_odd_terms_find_nobody(term):
    customer(traits={"name": "Ada"})

    assert find_customers(f"x{term}") == []


def test_looking_for_a_name_ends_in_time(monkeypatch):
    customer(traits={"name": "Ada"})
    monkeypatch.setattr(module, "LONGEST", module.timedelta(microseconds=1))

    assert find_customers("Ada Rossi") == []
