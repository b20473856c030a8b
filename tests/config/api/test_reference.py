"""The schema as people read it."""

import warnings

import pytest
from django.contrib.auth.models import User
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from config.api.reference import Field, Part, kind, reference
from tests.config.api.routes import routes
from tests.config.api.test_schema import as_told

SHAPES = {
    "Cap": {"type": "object", "properties": {"limit": {"type": "integer"}}},
    "StateEnum": {"type": "string", "enum": ["draft", "live"], "description": "* `draft` - draft"},
    "BlankEnum": {"enum": [""]},
}


def named(name):
    return {"$ref": f"#/components/schemas/{name}"}


@pytest.fixture(scope="module")
def told():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return reference(SchemaGenerator().get_schema(request=None, public=True))


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({}, "any JSON"),
        ({"type": "string", "maxLength": 60}, "string, at most 60 characters"),
        ({"type": "string", "format": "date-time", "nullable": True}, "moment or null"),
        ({"type": "integer", "minimum": 1, "maximum": 500}, "integer, 1 to 500"),
        ({"type": "integer", "minimum": 0}, "integer, 0 or more"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({"type": "object", "additionalProperties": {}}, "object"),
        ({"type": "array", "items": named("Cap")}, "list of [Cap]"),
        ({"allOf": [named("StateEnum")], "readOnly": True}, "draft or live"),
        ({"oneOf": [named("StateEnum"), named("BlankEnum")]}, "draft or live or “”"),
    ],
)
def test_kind_is_told_in_words(said, words):
    parts = kind(said, SHAPES)

    assert "".join(f"[{part.words}]" if part.shape else part.words for part in parts) == words


def test_all_routes_are_told(told):
    paths = {(route.method, f"/api/v1/{route.path}") for many in told.resources.values() for route in many}

    assert {(route.method, as_told(route.path)) for route in routes()} == paths
    assert all(route.scope for many in told.resources.values() for route in many)


def test_shapes_that_are_named_are_there(told):
    every = [route for many in told.resources.values() for route in many]
    kinds = [
        part for route in every for parts in (route.takes, *dict(route.answers).values()) for part in parts
    ]
    kinds += [part for shape in told.shapes for field in shape.fields for part in field.kind]

    assert {part.shape for part in kinds if part.shape} <= {shape.name for shape in told.shapes}


def test_route_tells_what_it_takes_and_answers(told):
    (resume,) = (route for route in told.resources["journeys"] if route.path.endswith("/resume/"))

    assert (resume.method, resume.scope) == ("post", "send")
    assert resume.takes == (Part("ResumeRequest", "ResumeRequest"),)
    assert resume.answers == (("200", (Part("Journey", "Journey"),)),)
    (asked,) = (shape for shape in told.shapes if shape.name == "ResumeRequest")
    assert asked.fields == (
        Field("older_than", (Part("string, at most 40 characters"), Part(" or null")), ""),
    )


@pytest.mark.django_db
def test_page_shows_it(client):
    client.force_login(User.objects.create_superuser("root"))

    page = client.get(reverse("admin:api_reference")).content.decode()

    assert "holdout/history/" in page
    assert '<a href="#shape-JourneyRequest">JourneyRequest</a>' in page
