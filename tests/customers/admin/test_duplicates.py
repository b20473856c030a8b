import pytest
from django.urls import reverse

from customers.models import Customer, DuplicatePair, DuplicateSearch, MergeRecord
from tests.builders import NOON, customer
from tests.people import browser

pytestmark = pytest.mark.django_db
LIST = reverse("admin:customers_duplicatepair_changelist")


def pair(probability: float = 0.98, **numbers: str) -> DuplicatePair:
    first = customer(traits={"first_name": "Ada", "birthday": "1815-12-10"}, **numbers)
    second = customer(email=f"a{probability}@example.com", traits={"name": "Adda", "birthday": "18151210"})
    evidence = [
        {"field": "birthday", "level": "same", "weight": 12.5, "letters": 0},
        {"field": "first_name", "level": "close", "weight": 4.5, "letters": 1},
    ]
    return DuplicatePair.objects.create(
        first_id=first.pk, second_id=second.pk, probability=probability, evidence=evidence, found_at=NOON
    )


def page(of: DuplicatePair) -> str:
    return reverse("admin:duplicate", args=[of.pk])


def test_list_leads_to_the_two_side_by_side():
    one = pair()
    person = browser("campaign_manager")

    shown = person.get(LIST).content.decode()
    assert "same birthday, first name differs by 1 letter" in shown
    assert "98.0 %" in shown
    form = person.get(reverse("admin:customers_duplicatepair_change", args=[one.pk]))
    assert form["Location"] == page(one)
    side_by_side = person.get(page(one)).content.decode()
    assert "18151210" in side_by_side
    assert "a0.98@example.com" in side_by_side


def test_empty_list_says_so():
    assert "Nobody seems to be there twice." in browser("administrator").get(LIST).content.decode()


def test_merge_leads_to_the_next_pair():
    one, other = pair(0.99), pair(0.97)
    answer = browser("administrator").post(page(one), {"do": "merge", "kept": one.second_id})

    assert answer["Location"] == page(other)
    record = MergeRecord.objects.get()
    assert (record.old_id, record.customer_id) == (one.first_id, one.second_id)
    assert record.reason == "Probable duplicate: same birthday, first name differs by 1 letter"
    one.refresh_from_db()
    assert (one.state, one.decided_by) == ("merged", "administrator")


def test_keeping_apart_leads_back_to_the_list_after_the_last():
    one = pair()
    person = browser("administrator")

    assert person.post(page(one), {"do": "keep_apart"})["Location"] == LIST
    assert "98.0 %" not in person.get(LIST).content.decode()
    assert "98.0 %" in person.get(LIST, {"state": "apart"}).content.decode()
    again = person.post(page(one), {"do": "merge", "kept": one.first_id}, follow=True)
    assert "Somebody has decided about this pair already." in again.content.decode()
    assert Customer.objects.count() == 2


@pytest.mark.parametrize("kept", ["", "x", "-1", "9" * 30, "²"])
def test_who_stays_must_be_one_of_the_two(kept):
    one = pair()

    answer = browser("administrator").post(page(one), {"do": "merge", "kept": kept})

    assert answer.status_code == 200
    assert "Who stays must be one of the two." in answer.content.decode()
    assert DuplicatePair.objects.get().state == "open"


def test_pair_of_whom_one_is_gone_is_told():
    one = pair()
    Customer.objects.filter(pk=one.first_id).delete()

    answer = browser("administrator").get(page(one), follow=True)

    assert "One of the two was erased or merged meanwhile." in answer.content.decode()


def test_everybody_is_compared_when_a_person_asks():
    person = browser("administrator")

    asked = person.post(reverse("admin:duplicates_search"), follow=True)
    assert "Everybody is compared with everybody." in asked.content.decode()
    again = person.post(reverse("admin:duplicates_search"), follow=True)
    assert "A search runs already." in again.content.decode()
    search = DuplicateSearch.objects.get()
    assert (search.is_full, search.asked_by, search.state) == (True, "administrator", "queued")
