import pytest

from customers.models import Customer, IdentifierRule, MergeRecord
from tests.builders import customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db


def ask(of: Customer, what: str, **body: object):
    return client("customers").post(f"/api/v1/customers/{of.public_id}/{what}/", body, format="json")


def test_merge_and_unmerge_by_hand():
    kept, other = customer(external_id="u1"), customer(email="a@example.com")

    merged = ask(kept, "merge", other="email:a@example.com", reason="Called us")
    assert merged.status_code == 200, merged.content
    assert {one["kind"] for one in merged.json()["identities"]} == {"external_id", "email"}
    told = results(client("read").get(f"/api/v1/customers/{kept.public_id}/merges/"))
    assert [(one["old"], one["merged_by"], one["reason"]) for one in told] == [
        (str(other.public_id), "test", "Called us")
    ]

    back = ask(kept, "unmerge", old=str(other.public_id), reason="Two people")
    assert back.status_code == 200, back.content
    assert back.json()["id"] == str(other.public_id)
    assert MergeRecord.objects.get().undone_reason == "Two people"


def test_numbers_beyond_the_limit_are_not_merged_unless_it_is_raised():
    kept, other = customer(external_id="u1"), customer(external_id="u2")

    refused = ask(kept, "merge", other=str(other.public_id), reason="The same")
    assert refused.status_code == 400
    assert [fault["path"] for fault in refused.json()["errors"]] == ["other"]

    IdentifierRule.objects.filter(kind="external_id").update(most=2)
    assert ask(kept, "merge", other=str(other.public_id), reason="The same").status_code == 200
    assert list(Customer.objects.all()) == [kept]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"other": "email:nobody@example.com", "reason": "x"}, "other"),
        ({"other": "external_id:u1", "reason": "x"}, "other"),
        ({"other": "nonsense", "reason": "x"}, "other"),
        ({"other": "email:a@example.com", "reason": " "}, "reason"),
    ],
)
def test_merge_that_cannot_be_is_told(body, path):
    kept = customer(external_id="u1")
    customer(email="a@example.com")

    refused = ask(kept, "merge", **body)

    assert (refused.status_code, [fault["path"] for fault in refused.json()["errors"]]) == (400, [path])


def test_unmerge_of_who_was_not_merged_is_told():
    kept, other = customer(external_id="u1"), customer(email="a@example.com")

    refused = ask(kept, "unmerge", old=str(other.public_id), reason="x")

    assert (refused.status_code, [fault["path"] for fault in refused.json()["errors"]]) == (400, ["old"])


def test_blocked_identifier_is_refused_by_the_api():
    refused = client("customers").post(
        "/api/v1/customers/", {"identities": {"external_id": "unknown"}}, format="json"
    )

    assert refused.status_code == 400
    assert Customer.objects.count() == 0
