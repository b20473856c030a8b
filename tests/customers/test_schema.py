import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from customers.models import SeenEvent
from customers.schema import last_heard, note_events, quiet_sources
from customers.suggestions import suggest
from tests.builders import DAY, HOUR, NOON, customer, event, source
from tests.people import browser

pytestmark = pytest.mark.django_db


def noted():
    return list(
        SeenEvent.objects.order_by("source_id", "name").values_list(
            "name", "events", "properties", "first_seen_at", "last_seen_at"
        )
    )


def test_events_of_sources_are_noted_with_what_their_properties_are():
    shop, her = source(), customer()
    event(her, "Order Completed", NOON, {"total": 9.5, "products": [{"sku": "a"}]}, source=shop)
    event(her, "Order Completed", NOON + HOUR, {"total": 3, "gift": True}, source=shop)
    event(her, "Page Viewed", NOON, source=None)
    event(her, "$customer_created", NOON, source=shop)

    assert note_events(NOON) == 4
    assert note_events(NOON) == 0
    assert noted() == [
        (
            "Order Completed",
            2,
            {"total": "number", "gift": "yesno", "products[].sku": "text"},
            NOON,
            NOON + HOUR,
        )
    ]


def test_later_events_are_added_and_a_property_of_two_kinds_is_a_text():
    shop, her = source(), customer()
    event(her, "Order Completed", NOON, {"total": 9.5, "at": "2025-01-01"}, source=shop)
    note_events(NOON)
    event(her, "Order Completed", NOON + DAY, {"total": "free", "city": "Roma"}, source=shop)

    note_events(NOON)

    kinds = {"total": "text", "at": "moment", "city": "text"}
    assert noted() == [("Order Completed", 2, kinds, NOON, NOON + DAY)]
    assert last_heard() == {shop.pk: NOON + DAY}


def test_noting_takes_the_same_queries_however_many_events_there_are():
    shop, her = source(), customer()
    event(her, "One", NOON, source=shop)
    with CaptureQueriesContext(connection) as few:
        note_events(NOON)
    for number in range(30):
        event(her, f"Event {number}", NOON, {"a": number}, source=shop)
    with CaptureQueriesContext(connection) as many:
        note_events(NOON)

    assert len(many) <= len(few)  # the first time the cursor is made


def test_builder_offers_what_a_source_has_sent_however_rare():
    shop = source()
    SeenEvent.objects.create(
        source=shop,
        name="Loan Applied",
        properties={"amount": "number"},
        events=1,
        first_seen_at=NOON,
        last_seen_at=NOON,
    )

    assert [one.value for one in suggest("events", "loan", {}).values] == ["Loan Applied"]
    found = suggest("properties", "", {"event": "Loan Applied"}).values
    assert [(one.value, one.kind) for one in found] == [("amount", "number")]


def test_source_is_quiet_of_which_nothing_came_for_a_day():
    shop = source()
    event(customer(), "Order Completed", NOON, source=shop)
    note_events(NOON)

    assert quiet_sources(NOON + HOUR) == []
    assert quiet_sources(NOON + 2 * DAY) == [(shop, NOON)]


def test_page_of_a_source_shows_its_events_and_that_it_has_gone_quiet():
    shop = source()
    event(customer(), "Order Completed", NOON, {"total": 3}, source=shop)
    note_events(NOON)
    client = browser("integrator")

    page = client.get(reverse("admin:customers_source_change", args=[shop.pk])).content.decode()
    listed = client.get(reverse("admin:customers_source_changelist")).content.decode()

    assert "Order Completed" in page
    assert "quiet since" in page
    assert "s-chip-bad" in listed
