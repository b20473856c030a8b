import pytest

from config import clock, work
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


def test_difference_says_who_would_enter_and_leave():
    one, other = customer(traits={"city": "Roma"}), customer(traits={"city": "Bari"})
    make()
    work.settle(NOON)
    api = client("read")

    found = api.post(f"{URL}romans/difference/", {"rule": rule("Bari")}, format="json").json()
    refused = api.post(f"{URL}romans/difference/", {"rule": rule(operator="like")}, format="json")

    assert {name: (part["count"], [row["id"] for row in part["sample"]]) for name, part in found.items()} == {
        "entering": (1, [str(other.public_id)]),
        "leaving": (1, [str(one.public_id)]),
    }
    assert refused.json()["errors"][0]["path"].startswith("rule.rules.0")


def test_sizes_are_told_day_by_day():
    customer(traits={"city": "Roma"})
    make()
    work.settle(clock.now())

    days = client("read").get(f"{URL}romans/sizes/", {"days": 2}).json()

    assert [(row["size"], row["entered"], row["left"]) for row in days] == [(0, 0, 0), (1, 1, 0)]
    assert len(client("read").get(f"{URL}romans/sizes/").json()) == 30


@pytest.mark.parametrize("days", ["0", "367", "x", "", "-1", "1e2", "²"])
def test_sizes_of_an_absurd_time_are_refused(days):
    make()

    refused = client("read").get(f"{URL}romans/sizes/", {"days": days})

    assert refused.json()["errors"] == [{"path": "days", "message": "Write a number of days from 1 to 366."}]


def test_overlap_with_another_segment():
    for city in ("Roma", "Roma", "Bari"):
        customer(traits={"city": city})
    make()
    make(slug="known", name="City known", rule=rule(operator="is_any_of", value=["Roma", "Bari"]))
    work.settle(NOON)
    api = client("read")

    assert api.get(f"{URL}romans/overlap/", {"with": "known"}).json() == {
        "one": 0,
        "both": 2,
        "other": 1,
        "all": 3,
    }
    assert api.get(f"{URL}romans/overlap/").json()["errors"][0]["path"] == "with"


def test_members_are_exported_as_csv():
    one = customer(email="a@example.com", traits={"city": "Roma", "note": "=1+1"})
    make()
    work.settle(NOON)

    answer = client("personal").get(
        f"{URL}romans/export/", {"traits": "city, note"}, headers={"Accept": "text/csv"}
    )
    lines = b"".join(answer.streaming_content).decode().splitlines()

    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"] == 'attachment; filename="romans.csv"'
    assert lines[0].startswith("public_id,external_id,email,phone,")
    assert lines[1].startswith(f"{one.public_id},,a@example.com,")
    assert lines[1].endswith(",Roma,'=1+1")
    assert len(lines) == 2


def test_export_tells_its_faults_as_every_route_does():
    make()

    refused = client("read").get(
        f"{URL}romans/export/", {"traits": ",".join(["x"] * 101)}, headers={"Accept": "text/csv"}
    )

    assert (refused.status_code, refused["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["errors"][0]["path"] == "traits"
