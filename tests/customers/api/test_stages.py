from datetime import timedelta

import pytest

from customers.models import Customer, Stage, StageHold, StageVersion
from tests.builders import customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db
URL = "/api/v1/stages/"
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def change(slug: str, **body: object):
    return client("design").patch(f"{URL}{slug}/", body, format="json")


def test_patch_changes_terms_as_a_new_version():
    response = change("use", rule=ROMAN, stay_rule=ROMAN, dwell="P7D", onward="next", back="never")

    stage, version = Stage.objects.get(slug="use"), StageVersion.objects.first()
    assert response.status_code == 200, response.content
    assert (stage.stay_rule, stage.dwell, stage.onward, stage.back) == (
        ROMAN,
        timedelta(days=7),
        "next",
        "never",
    )
    assert (version.saved_by, version.definitions["use"]["dwell"]) == ("test", "P7DT00H00M00S")


def test_patch_of_what_is_the_same_makes_no_version():
    change("use", rule=ROMAN)
    count = StageVersion.objects.count()

    change("use", rule=ROMAN)

    assert StageVersion.objects.count() == count


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"stay_rule": {"field": "nothing"}}, "stay_rule.field"),
        ({"leave_rule": {"field": "stage", "operator": "is", "value": "use"}}, "leave_rule"),
        ({"dwell": "-P1D"}, "dwell"),
        ({"dwell": "soon"}, "dwell"),
        ({"onward": "never"}, "onward"),
        ({"precedence": 1}, "precedence"),
    ],
)
def test_patch_names_what_is_wrong(body, path):
    response = change("use", **body)

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]


def test_hold_and_release_by_the_api():
    person = customer()
    url = f"/api/v1/customers/{person.public_id}/stage_holds/"
    asked = client("customers")

    held = asked.post(url, {"stage": "use", "reason": "called us"}, format="json")
    person.refresh_from_db()
    stood_in = person.stage.slug
    released = asked.delete(url)

    assert (held.status_code, stood_in, released.status_code) == (201, "use", 204)
    assert [(row["stage"], row["held_by"], row["ended_by"]) for row in results(asked.get(url))] == [
        ("use", "test", "test")
    ]
    moves = results(asked.get(f"/api/v1/customers/{person.public_id}/stage_history/"))
    assert [(move["to_stage"], move["moved_by"], move["reason"]) for move in moves] == [
        ("use", "test", "called us")
    ]
    assert asked.delete(url).status_code == 404


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"stage": "use"}, "reason"),
        ({"stage": "nowhere", "reason": "x"}, "stage"),
        ({"stage": "use", "reason": "x", "until": "2001-01-01T00:00:00Z"}, "until"),
        ({"stage": "use", "reason": "x", "until": "2999-01-01T00:00:00Z", "yields": True}, "until"),
    ],
)
def test_hold_names_what_is_wrong(body, path):
    url = f"/api/v1/customers/{customer().public_id}/stage_holds/"

    response = client("customers").post(url, body, format="json")

    assert response.status_code == 400
    assert [error["path"] for error in response.json()["errors"]] == [path]
    assert not StageHold.objects.exists()
    assert Customer.objects.get().stage is None
