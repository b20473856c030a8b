import pytest

from config import work
from customers.models import Segment, Stage
from tests.builders import NOON, customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/segments/"


def rule(value="Roma", **leaf):
    one = {"field": "trait", "trait": "city", "operator": "equals", "value": value} | leaf
    return {"combinator": "and", "not": False, "rules": [one]}


def make(**fields):
    body = {"slug": "romans", "name": "Romans", "rule": rule()} | fields
    return client("design").post(URL, body, format="json")


def test_segment_is_made_and_its_members_are_found():
    romans = [customer(traits={"city": "Roma"}) for _ in range(3)]
    customer(traits={"city": "Milano"})

    assert make().status_code == 201
    work.settle(NOON)

    api = client("read")
    first = api.get(f"{URL}romans/members/?page_size=2").json()
    second = api.get(first["next"]).json()
    shown = [row["customer"]["id"] for row in first["results"] + second["results"]]
    assert shown == [str(one.public_id) for one in reversed(romans)]
    assert second["next"] is None


def test_bad_rule_is_told_with_its_place():
    response = make(rule=rule(operator="like"))

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"].startswith("rule.rules.0")
    assert Segment.objects.count() == 0


def test_preview_counts_and_shows_some_and_keeps_nothing():
    one = customer(traits={"city": "Roma"})
    customer(traits={"city": "Milano"})

    found = client("read").post(f"{URL}preview/", {"rule": rule()}, format="json").json()

    assert (found["count"], [row["id"] for row in found["sample"]]) == (1, [str(one.public_id)])
    assert Segment.objects.count() == 0


def test_preview_of_a_kept_segment_uses_its_rule():
    customer(traits={"city": "Roma"})
    make()

    assert client("read").post(f"{URL}romans/preview/").json()["count"] == 1


def test_segment_is_changed_but_for_its_key():
    make()
    api = client("design")

    assert api.patch(f"{URL}romans/", {"name": "From Rome"}, format="json").json()["name"] == "From Rome"
    assert api.patch(f"{URL}romans/", {"slug": "x"}, format="json").json()["errors"][0]["path"] == "slug"


def test_segment_that_another_rule_reads_is_not_deleted():
    make()
    reading = {
        "combinator": "and",
        "not": False,
        "rules": [{"field": "segment", "operator": "in", "value": "romans"}],
    }
    make(slug="readers", rule=reading)
    api = client("design")

    assert api.delete(f"{URL}romans/").status_code == 409
    assert api.delete(f"{URL}readers/").status_code == 204
    assert api.delete(f"{URL}romans/").status_code == 204


def test_stages_are_seven_in_their_order():
    shown = results(client("read").get("/api/v1/stages/"))

    assert [row["slug"] for row in shown][::6] == ["awareness", "advocacy"]
    assert len(shown) == 7


def test_stage_takes_a_rule():
    response = client("design").patch("/api/v1/stages/use/", {"rule": rule()}, format="json")

    assert response.json()["rule"] == rule()
    assert Stage.objects.get(slug="use").changed_at is not None


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"rule": rule(operator="like")}, "rule.rules.0"),
        ({"precedence": 1}, "precedence"),
        ({"rule": []}, "rule"),
    ],
)
def test_stage_refuses_what_cant_be(change, path):
    response = client("design").patch("/api/v1/stages/use/", change, format="json")

    assert response.status_code == 400
    assert response.json()["errors"][0]["path"].startswith(path)


def test_segment_is_archived_and_brought_back():
    make()
    api = client("design")

    assert api.post(f"{URL}romans/archive/").json()["archived_at"] is not None
    assert results(api.get(URL)) == []
    assert [row["slug"] for row in results(api.get(URL, {"archived": "true"}))] == ["romans"]
    assert api.get(f"{URL}romans/").json()["slug"] == "romans"
    assert api.post(f"{URL}romans/restore/").json()["archived_at"] is None


def test_segment_in_use_is_a_conflict_that_says_what_uses_it():
    make()
    reading = {"combinator": "and", "rules": [{"field": "segment", "operator": "in", "value": "romans"}]}
    make(slug="readers", name="Readers", rule=reading)
    api = client("design")

    refused = api.post(f"{URL}romans/archive/")

    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "The segment romans is used by: the segment Readers. Change them first.",
    )
    assert api.get(f"{URL}romans/uses/").json() == [{"name": "the segment Readers"}]
