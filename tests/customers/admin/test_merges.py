import pytest
from django.urls import reverse

from customers.identifiers import BLOCKED
from customers.models import Customer, MergeRecord
from tests.builders import NOON, consent, customer, event
from tests.people import browser

pytestmark = pytest.mark.django_db


def test_two_are_merged_and_taken_apart_from_the_customers_page():
    person = browser("administrator")
    kept = customer(external_id="u1", traits={"city": "Roma"})
    other = customer(email="a@example.com", traits={"city": "Pisa"})
    event(other)
    consent(kept, granted=True)
    consent(other, granted=False)
    page = reverse("admin:customer", args=[kept.public_id])
    merging = reverse("admin:customer_merge", args=[kept.public_id])

    shown = person.get(merging, {"other": "email:a@example.com"}).content.decode()
    assert "Roma" in shown
    assert "Pisa" in shown
    assert "Consents that end" in shown
    refused = person.post(merging, {"other": str(other.public_id), "reason": ""})
    assert (refused.status_code, Customer.objects.count()) == (200, 2)
    done = person.post(merging, {"other": str(other.public_id), "reason": "Called us"})
    assert (done.status_code, done["Location"]) == (302, page)

    record = MergeRecord.objects.get()
    assert "Called us" in person.get(page).content.decode()
    apart = reverse("admin:customer_unmerge", args=[kept.public_id, record.pk])
    assert "a@example.com" in person.get(apart).content.decode()
    given = person.post(apart, {"reason": "Two people"})
    assert given["Location"] == reverse("admin:customer", args=[other.public_id])
    assert "Two people" in person.get(given["Location"]).content.decode()
    assert person.get(apart).status_code == 302


def test_merge_with_nobody_is_told_on_the_customers_page():
    kept = customer(external_id="u1")

    answer = browser("administrator").get(
        reverse("admin:customer_merge", args=[kept.public_id]), {"other": "email:x@example.com"}, follow=True
    )

    assert "No customer is known by this." in answer.content.decode()


def test_page_tells_where_traits_come_from():
    of = customer(traits={"city": "Roma"}, trait_errors={"external_id": BLOCKED})
    Customer.objects.filter(pk=of.pk).update(trait_times={"city": int(NOON.timestamp() * 1_000_000)})

    shown = browser("administrator").get(reverse("admin:customer", args=[of.public_id])).content.decode()

    assert "2025" in shown
    assert BLOCKED in shown
