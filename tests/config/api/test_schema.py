import re
import warnings

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema
from rest_framework.test import APIClient

from tests.config.api.routes import routes


@pytest.fixture(scope="module")
def schema():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SchemaGenerator().get_schema(request=None, public=True)


def as_told(path):
    return "/api/v1/" + re.sub(r"<\w+:(\w+)>", r"{\1}", path)


def test_schema_is_valid_and_without_a_warning(schema, capsys):
    validate_schema(schema)

    assert not GENERATOR_STATS
    assert capsys.readouterr().err == ""


def test_schema_tells_of_every_route(schema):
    told = {(path, method) for path, methods in schema["paths"].items() for method in methods}

    assert {route for route in routes() if (as_told(route.path), route.method) not in told} == set()


def test_schema_tells_of_scopes_problems_and_keys(schema):
    publish = schema["paths"]["/api/v1/journeys/{slug}/publish/"]["post"]

    assert publish["x-scope"] == "send"
    assert list(publish["responses"]["default"]["content"]) == ["application/problem+json"]
    assert {"apiKey": []} in publish["security"]


@pytest.mark.django_db
def test_schema_is_open_to_everybody():
    assert APIClient().get("/api/v1/schema/").status_code == 200
