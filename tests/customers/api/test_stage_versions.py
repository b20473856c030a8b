import pytest

from config.api.opaque import seal
from customers import trial
from customers.models import Stage, StageVersion
from tests.builders import customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/stage_versions/"
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def drafted(**definitions: object) -> dict:
    body = {"definitions": definitions, "note": "Romans"}
    response = client("design").post(URL, body, format="json")
    assert response.status_code == 201, response.content
    return response.json()


def test_a_draft_is_made_tried_and_put_in_force():
    person = customer(traits={"city": "Roma"})
    draft = drafted(use={"rule": ROMAN})
    url = f"{URL}{draft['id']}/"

    differences = client().get(f"{url}differences/").json()
    tried = client().post(f"{url}try/", {}, format="json").json()
    put = client("design").post(f"{url}put_in_force/").json()

    assert differences == [{"stage": "use", "field": "rule", "was": {}, "now": ROMAN}]
    assert (tried["customers"], tried["moved"]) == (1, 1)
    assert [(way["from_stage"], way["to_stage"], way["customers"]) for way in tried["ways"]] == [
        (None, "use", 1)
    ]
    assert tried["ways"][0]["sample"][0]["id"] == str(person.public_id)
    assert (put["number"], put["saved_by"], Stage.objects.get(slug="use").rule) == (2, "test", ROMAN)
    assert [row["number"] for row in results(client().get(URL))] == [2, 1]


def test_a_draft_is_changed_term_by_term_and_deleted():
    draft = drafted(use={"rule": ROMAN})
    url = f"{URL}{draft['id']}/"

    body = {"definitions": {"action": {"back": "never"}}}
    changed = client("design").patch(url, body, format="json").json()

    assert changed["definitions"]["use"]["rule"] == ROMAN
    assert (changed["definitions"]["action"]["back"], changed["note"]) == ("never", "Romans")
    assert client("design").delete(url).status_code == 204
    assert StageVersion.objects.count() == 1


def test_what_was_in_force_is_neither_changed_nor_deleted():
    url = f"{URL}{seal('stage_version', StageVersion.objects.get().pk)}/"

    assert client("design").patch(url, {"note": "x"}, format="json").status_code == 409
    assert client("design").delete(url).status_code == 409


@pytest.mark.parametrize(
    ("definitions", "path"),
    [({"use": {"rule": {"field": "x"}}}, "definitions.use.rule.field"), ([], "definitions")],
)
def test_a_draft_names_what_is_wrong(definitions, path):
    response = client("design").post(URL, {"definitions": definitions}, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]


@pytest.mark.parametrize("at", ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "soon"])
def test_a_trial_of_no_moment_of_the_last_year_is_refused(at):
    draft = drafted()

    response = client().post(f"{URL}{draft['id']}/try/", {"at": at}, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == ["at"]


def test_a_trial_that_takes_too_long_is_told(monkeypatch):
    customer()
    draft = drafted()
    monkeypatch.setattr(trial, "LIMITS", "SET LOCAL statement_timeout = '30ms'")
    monkeypatch.setattr(trial, "COUNT", trial.COUNT.replace("count(*)", "count(pg_sleep(1))"))

    response = client().post(f"{URL}{draft['id']}/try/", {}, format="json")

    assert response.status_code == 503
    assert "20 seconds" in response.json()["detail"]


@pytest.mark.parametrize("other", ["x", "3d1ff0ba-9a08-4c0e-9a3e-0e1d2c3b4a59"])
def test_a_comparison_with_what_is_no_version_is_refused(other):
    draft = drafted()

    response = client().get(f"{URL}{draft['id']}/differences/?with={other}")

    assert response.status_code in (400, 404)
