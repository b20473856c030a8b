import pytest

from customers import finding as module
from customers.finding import find_customers
from tests.builders import customer

pytestmark = pytest.mark.django_db


def test_customers_are_found_by_what_leads_to_them():
    ada = customer(email="ada@example.com", external_id="c-17")
    bruno = customer(email="bruno@example.com")

    assert find_customers("ADA@example.com").customers == [ada]
    assert find_customers("c-17").customers == [ada]
    assert find_customers("bru").customers == [bruno]
    assert find_customers("").customers == [bruno, ada]


def test_customers_are_found_by_all_words_of_a_name():
    ada = customer(traits={"first_name": "Ada", "last_name": "Rossi"})
    customer(traits={"first_name": "Ada", "last_name": "Bianchi"})
    eva = customer(traits={"name": "Eva Rossi"})

    assert find_customers("ada ross").customers == [ada]
    assert find_customers("rossi").customers == [eva, ada]


@pytest.mark.parametrize("term", ["\0", "%", "_", "'; --", "è" * 600])
def test_odd_terms_find_nobody(term):
    customer(traits={"name": "Ada"})

    assert find_customers(f"x{term}").customers == []


def test_looking_for_a_name_ends_in_time(monkeypatch):
    customer(traits={"name": "Ada"})
    monkeypatch.setattr(module, "LONGEST", module.timedelta(microseconds=1))

    assert find_customers("Ada Rossi").customers == []


def test_names_of_the_newest_only_are_looked_at_and_it_is_said(monkeypatch):
    customer(traits={"name": "Ada"})
    newest = customer(traits={"name": "Ada"})
    monkeypatch.setattr(module, "NEWEST", 1)

    assert find_customers("ada") == module.People([newest], is_sample=True)
