import pytest

from config.api.opaque import seal
from customers.models import Customer, DuplicatePair, DuplicateSearch
from tests.builders import NOON, customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
ROUTE = "/api/v1/duplicates/"


@pytest.fixture
def two() -> tuple[Customer, Customer, DuplicatePair]:
    first, second = customer(external_id="u1"), customer(email="a@example.com")
    evidence = [{"field": "email", "level": "close", "weight": 9.5, "letters": 2}]
    row = DuplicatePair.objects.create(
        first_id=first.pk, second_id=second.pk, probability=0.98, evidence=evidence, found_at=NOON
    )
    return first, second, row


def post(row: DuplicatePair, what: str, **body: object):
    return client("customers").post(f"{ROUTE}{seal('duplicate', row.pk)}/{what}/", body, format="json")


def test_pairs_are_listed_with_the_evidence(two):
    first, second, _row = two

    (told,) = results(client("read").get(ROUTE, {"state": "open"}))

    assert (told["first"], told["second"]) == (str(first.public_id), str(second.public_id))
    assert told["evidence"] == [{"field": "email", "words": "e-mail differs by 2 letters", "weight": 9.5}]
    assert results(client("read").get(ROUTE, {"state": "apart"})) == []


def test_pair_is_merged(two):
    first, second, row = two

    merged = post(row, "merge", kept=str(second.public_id))

    assert merged.status_code == 200, merged.content
    assert (merged.json()["state"], merged.json()["first"]) == ("merged", None)
    assert list(Customer.objects.all()) == [second]
    assert first.pk != second.pk


def test_pair_is_kept_apart_once(two):
    row = two[2]

    assert post(row, "keep_apart").json()["state"] == "apart"
    again = post(row, "merge")

    assert (again.status_code, [fault["path"] for fault in again.json()["errors"]]) == (400, ["state"])


def test_who_stays_must_be_one_of_the_two(two):
    refused = post(two[2], "merge", kept="00000000-0000-4000-8000-000000000000")

    assert (refused.status_code, [fault["path"] for fault in refused.json()["errors"]]) == (400, ["kept"])


def test_search_is_asked_for_once():
    assert [client("customers").post(f"{ROUTE}search/").status_code for _ in range(2)] == [202, 202]
    assert DuplicateSearch.objects.count() == 1
