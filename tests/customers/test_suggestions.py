import pytest
from django.db import connection

from customers import suggestions as module
from customers.bounded import TooSlowError
from customers.models import Segment, Topic
from customers.suggestions import SOURCES, UnknownSourceError, suggest
from tests.builders import NOON, customer, event

pytestmark = pytest.mark.django_db


def values(source, term="", **given):
    return [one.value for one in suggest(source, term, given).values]


def test_names_of_events_come_by_how_often_they_were_seen_ours_last():
    of = customer()
    for name in ["$stage_changed", "$stage_changed", "Cart Viewed", "Order Completed", "Order Completed"]:
        event(of, name)

    assert values("events") == ["Order Completed", "Cart Viewed", "$stage_changed"]


def test_what_begins_with_the_term_comes_before_what_contains_it():
    of = customer()
    for name in ["Reorder", "Reorder", "Order Completed"]:
        event(of, name)

    assert values("events", "order") == ["Order Completed", "Reorder"]


def test_properties_come_with_their_path_kind_and_examples():
    shop = {"total": 12.5, "products": [{"sku": "a", "price": 3}, {"sku": "b", "price": 4}], "gift": True}
    event(customer(), properties=shop | {"at": "2026-03-31", "no": None, "odd.key": 1, "": 2})

    found = {
        one.value: (one.kind, one.note)
        for one in suggest("properties", "", {"event": "Order Completed"}).values
    }

    assert found == {
        "total": ("number", "12.5"),
        "products[].sku": ("text", "a, b"),
        "products[].price": ("number", "3, 4"),
        "gift": ("yesno", "yes"),
        "at": ("moment", "2026-03-31"),
    }


def test_properties_of_products_are_named_as_of_one_product():
    event(customer(), properties={"total": 5, "products": [{"category": "Seafood"}, {"category": "Deli"}]})

    assert values("product_properties") == ["category"]
    assert values("product_values", "sea", property="category") == ["Seafood"]


def test_values_of_a_property_keep_their_type():
    of = customer()
    for size in [5, 5, "5"]:
        event(of, properties={"size": size})

    assert values("property_values", event="Order Completed", property="size") == [5, "5"]


def test_values_of_a_list_are_those_of_its_elements_with_and_without_its_mark():
    event(customer(), "Tagged", properties={"tags": ["new", "gift"]})

    assert sorted(values("property_values", event="Tagged", property="tags")) == ["gift", "new"]
    assert sorted(values("property_values", event="Tagged", property="tags[]")) == ["gift", "new"]


def test_traits_and_their_values():
    customer(traits={"city": "Roma", "address": {"zip": "00100"}})
    customer(traits={"city": "Milano"})
    customer(traits={"city": "Roma"})

    assert values("traits") == ["city", "address.zip"]
    assert values("trait_values", trait="city") == ["Roma", "Milano"]
    assert values("trait_values", "mil", trait="city") == ["Milano"]


def test_dates_are_the_traits_that_are_dates():
    customer(traits={"city": "Roma", "birthday": "1980-01-01", "orders": 3})

    assert values("dates") == ["birthday"]


def test_profile_values_are_of_the_columns_only():
    customer(country="IT")

    assert values("profile_values", property="country") == ["IT"]
    assert values("profile_values", property="public_id") == []


def test_segments_and_topics_are_found_by_name_and_key():
    Segment.objects.create(slug="regulars", name="Regular customers")
    Segment.objects.create(slug="old", name="Regular customers of old", archived_at=NOON)
    Topic.objects.create(slug="news", name="Weekly letter")

    assert values("segments", "regular cus") == ["regulars"]
    assert values("topics", "week") == ["news"]
    assert values("stages", "acti") == ["action"]
    assert "email" in values("channels")


def test_large_tables_are_read_in_part_and_it_is_said(monkeypatch):
    of = customer()
    for number in range(30):
        event(of, f"E{number}")
    monkeypatch.setattr(module, "NEWEST", 10)

    found = suggest("events", "", {})

    assert found.is_sample
    assert {f"E{number}" for number in range(20, 30)} <= {one.value for one in found.values}


def test_what_is_read_of_a_large_table_comes_from_all_over_it(monkeypatch):
    monkeypatch.setattr(module, "NEWEST", 5)
    monkeypatch.setattr(module, "DOCUMENTS", 10)
    of = customer()
    for place in range(100):
        event(of, properties={"early" if place < 40 else "midst" if place < 70 else "late": 1})
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_event")  # else it may be as large as an earlier test made it

    assert set(values("properties", event="Order Completed")) == {"early", "midst", "late"}


def test_small_tables_are_read_whole():
    event(customer(), "E")

    assert not suggest("events", "", {}).is_sample


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("given", [{}, {"event": "'; --", "trait": "\x01", "property": "%s"}])
def test_odd_questions_have_no_answer(source, given):
    customer(traits={"city": "Roma"})

    assert suggest(source, "\u202e%_", given).values == []


def test_an_unknown_source_is_refused():
    with pytest.raises(UnknownSourceError):
        suggest("passwords", "", {})


def test_what_takes_too_long_is_given_up(monkeypatch):
    def sleep(_given):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")

    monkeypatch.setitem(SOURCES, "events", sleep)
    monkeypatch.setattr(module, "LONGEST", module.timedelta(milliseconds=50))

    with pytest.raises(TooSlowError):
        suggest("events", "", {})
