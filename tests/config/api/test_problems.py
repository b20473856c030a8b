import pytest
from django.db import OperationalError
from psycopg.errors import QueryCanceled
from rest_framework.exceptions import ValidationError

from channels.models import Cap
from config.api.problems import InvalidError, problem_details, told_at
from tests.clients import client

pytestmark = pytest.mark.django_db


def test_problem_names_every_field_that_is_wrong():
    response = client().post("/api/v1/caps/", {"limit": 0, "window": "year"}, format="json")

    problem = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert {key: problem[key] for key in ("type", "title", "status")} == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
    }
    assert sorted(error["path"] for error in problem["errors"]) == ["limit", "name", "window"]


def test_problem_flattens_nested_errors_into_paths():
    nested = ValidationError({"texts": [{}, {"body": ["Missing."]}], "rule": {"non_field_errors": ["Bad."]}})

    response = problem_details(nested, {})

    assert response.data["errors"] == [
        {"path": "texts.1.body", "message": "Missing."},
        {"path": "rule", "message": "Bad."},
    ]


def test_told_at_puts_the_place_before_an_apps_own_paths():
    class RefusalError(ValueError):
        errors = ({"path": "rules.0", "message": "No."}, {"path": "", "message": "Never."})

    with pytest.raises(InvalidError) as told, told_at("rule", RefusalError):
        raise RefusalError

    assert [fault["path"] for fault in told.value.faults] == ["rule.rules.0", "rule"]


def test_doubled_name_is_refused_by_name():
    Cap.objects.create(name="weekly", limit=3, window="week")

    response = client().post("/api/v1/caps/", {"name": "weekly", "limit": 1, "window": "week"}, format="json")

    assert [error["path"] for error in response.json()["errors"]] == ["name"]


def test_database_that_takes_too_long_asks_to_come_back():
    error = OperationalError()
    error.__cause__ = QueryCanceled()

    response = problem_details(error, {})

    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_put_is_no_method_of_this_api():
    response = client().put("/api/v1/caps/", {}, format="json")

    assert (response.status_code, response.json()["title"]) == (405, "Method Not Allowed")


def test_body_that_is_no_json_is_415():
    response = client().post("/api/v1/caps/", b"<x/>", content_type="application/xml")

    assert response.status_code == 415
