import pytest

from customers.models import PrivacyAct, Retention
from tests.builders import customer
from tests.clients import client, results

pytestmark = pytest.mark.django_db


def test_copies_and_erasures_are_recorded_with_the_keys_name():
    one = customer(email="ada@example.com")
    api = client()

    assert api.get(f"/api/v1/customers/{one.public_id}/export/").json()["identities"][0]["kind"] == "email"
    assert api.delete(f"/api/v1/customers/{one.public_id}/").status_code == 204

    acts = results(api.get("/api/v1/privacy_acts/", {"customer": str(one.public_id)}))
    assert [(act["what"], act["customer"], act["by"]) for act in acts] == [
        ("erased", str(one.public_id), "test"),
        ("copied", str(one.public_id), "test"),
    ]
    assert [act["what"] for act in results(api.get("/api/v1/privacy_acts/", {"what": "copied"}))] == [
        "copied"
    ]


def test_retention_is_made_changed_and_deleted():
    api = client()

    made = api.post("/api/v1/retention/", {"pattern": "Page*", "days": 90}, format="json")
    url = f"/api/v1/retention/{made.json()['id']}/"
    changed = api.patch(url, {"days": 30}, format="json")

    assert (made.status_code, made.json()["changed_by"]) == (201, "test")
    assert (changed.status_code, changed.json()["pattern"], changed.json()["days"]) == (200, "Page*", 30)
    assert api.delete(url).status_code == 204
    assert Retention.objects.count() == 0
    assert list(PrivacyAct.objects.order_by("pk").values_list("details__from", "details__to")) == [
        (None, 90),
        (90, 30),
        (30, None),
    ]


@pytest.mark.parametrize("days", [0, -1, 36501, "x", None])
def test_retention_of_no_days_is_refused(days):
    answer = client().post("/api/v1/retention/", {"pattern": "Page*", "days": days}, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "days")


def test_a_pattern_is_kept_once():
    api = client()
    api.post("/api/v1/retention/", {"pattern": "Page*", "days": 90}, format="json")

    answer = api.post("/api/v1/retention/", {"pattern": "Page*", "days": 9}, format="json")

    assert (answer.status_code, answer.json()["errors"][0]["path"]) == (400, "pattern")
