"""The global holdout over the API: set by those who design, its history kept."""

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from channels.models import Holdout
from tests.clients import client, results

pytestmark = pytest.mark.django_db
HOLDOUT = "/api/v1/holdout/"
NOBODY = {"percent": "0.00", "since": None, "until": None, "set_by": None}


def put(percent):
    response = client("design").patch(HOLDOUT, {"percent": percent}, format="json")
    assert response.status_code == 200, response.content
    return response.json()


def test_nobody_is_held_out_until_it_is_set():
    assert client("read").get(HOLDOUT).json() == NOBODY


def test_setting_it_keeps_what_was():
    put("10")
    shown = put(12.5)

    rows = list(Holdout.objects.order_by("pk"))
    assert [(row.percent, row.until is None) for row in rows] == [(10, False), (12.5, True)]
    assert shown == client("read").get(HOLDOUT).json()
    assert (shown["percent"], shown["until"]) == ("12.50", None)
    assert [row["percent"] for row in results(client("read").get(f"{HOLDOUT}history/"))] == ["12.50", "10.00"]


def test_nought_ends_it():
    put("10")

    assert put(0) == NOBODY
    assert Holdout.objects.get().until is not None


def test_an_answer_can_be_sent_back():
    shown = put("10")

    assert client("design").patch(HOLDOUT, shown, format="json").json() == shown
    assert Holdout.objects.count() == 1


def test_a_person_is_kept_with_it():
    api = APIClient()
    api.force_login(User.objects.create_superuser("ada"))

    api.patch(HOLDOUT, {"percent": 5}, format="json")

    assert client("read").get(HOLDOUT).json()["set_by"] == "ada"


@pytest.mark.parametrize("percent", [-1, 100.01, 0.001, "ten", None])
def test_what_is_no_percentage_is_refused(percent):
    response = client("design").patch(HOLDOUT, {"percent": percent}, format="json")

    assert response.status_code == 400
    assert [fault["path"] for fault in response.json()["errors"]] == ["percent"]
    assert not Holdout.objects.exists()
