"""Each route without login and with each key, generated from the URLconf."""

import pytest
from rest_framework.test import APIClient

from config.models import ApiKey, Scope
from tests.clients import client
from tests.config.api.access import API
from tests.config.api.routes import routes

pytestmark = pytest.mark.django_db
ROUTES = routes()
LOOKS_ONLY = {
    "difference",
    "explain",
    "trial",
    "check",
    "preview",
    "preview_rule",
    "validate",
    "validate_draft",
    "walk",
    "run_tests",
}


def ask(api, route):
    return api.generic(route.method.upper(), route.url(), "{}", content_type="application/json")


def test_all_routes_are_in_the_table_with_their_scopes():
    assert {str(route): route.scope() for route in ROUTES} == {
        key: access.scope for key, access in API.items()
    }


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_route_refuses_who_shows_no_key(route):
    assert ask(APIClient(), route).status_code == 401


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_route_takes_its_own_scope_and_no_lower_one(route):
    needed = route.scope()
    refused = [scope for scope in Scope.values if not ApiKey(scopes=[scope]).allows(needed)]

    assert {scope: ask(client(scope), route).status_code for scope in refused} == dict.fromkeys(refused, 403)
    assert ask(client(needed), route).status_code not in {401, 403}


@pytest.mark.parametrize("route", ROUTES, ids=str)
def test_route_that_writes_needs_more_than_reading(route):
    reads = route.method == "get" or route.action in LOOKS_ONLY

    is_kept_back = "sources" in route.path or route.name in {"api-customer-export", "api-import-rejected"}
    assert (route.scope() == "read") == (reads and not is_kept_back) or route.action == "check"


@pytest.mark.parametrize("action", ["publish", "pause", "resume", "archive", "schedule", "cancel", "leave"])
def test_what_starts_or_stops_sending_needs_the_scope_for_it(action):
    sends = [route for route in ROUTES if not route.path.startswith(("segments/", "simulations/"))]

    assert {route.scope() for route in sends if route.action == action} == {"send"}
