import pytest
from django.urls import reverse

from tests.builders import customer
from tests.clients import client
from tests.people import browser

pytestmark = pytest.mark.django_db


def rule(**leaf):
    return {"combinator": "and", "not": False, "rules": [{"field": "trait", **leaf}]}


SPELT = rule(trait="email", operator="starts_with", value="a")
NESTED = rule(trait="address.street", operator="equals", value="Via Roma 1")
OF_AN_EVENT = {
    "field": "event",
    "event": "Signed Up",
    "aggregate": "count",
    "operator": "at_least",
    "value": 1,
    "where": [{"property": "email", "operator": "starts_with", "value": "a"}],
}


def preview(role, tree):
    return browser(role).post(reverse("admin:rule_preview"), {"rule": tree}, content_type="application/json")


@pytest.mark.parametrize("tree", [SPELT, NESTED, rule(**OF_AN_EVENT)])
def test_who_may_not_see_a_value_does_not_ask_how_it_begins(tree):
    answer = preview("viewer", tree).json()

    assert [one["path"].split(".")[:2] for one in answer["problems"]] == [["rules", "0"]]
    assert "count" in preview("marketer", tree).json()


def test_whether_it_is_set_and_what_is_not_personal_may_be_asked():
    customer(traits={"email": "ada@example.com", "city": "Roma"})
    trees = [rule(trait="email", operator="is_set"), rule(trait="city", operator="equals", value="Roma")]

    assert [
        preview(f"{role}", tree).json()["count"]
        for role, tree in zip(["viewer", "approver"], trees, strict=True)
    ]


@pytest.mark.parametrize(
    ("path", "body"), [("segments/preview/", {"rule": SPELT}), ("customers/{her}/explain/", {"rule": SPELT})]
)
def test_key_without_the_scope_is_refused_the_question(path, body):
    url = f"/api/v1/{path.format(her=customer().public_id)}"

    asked = {scope: client(scope).post(url, body, format="json") for scope in ("read", "personal")}

    assert {scope: answer.status_code for scope, answer in asked.items()} == {"read": 400, "personal": 200}
    assert asked["read"].json()["errors"][0]["path"] == "rule.rules.0"
