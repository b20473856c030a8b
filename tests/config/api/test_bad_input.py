"""Each route with what nobody should send: never a 500, and nothing is kept."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from rest_framework.test import APIClient

from campaigns.models import Broadcast
from channels.models import Cap, Channel, Content, ContentText, Message, QuietHours
from config.api.opaque import seal
from config.models import ApiKey, Scope
from customers.models import (
    DoubleOptIn,
    DuplicatePair,
    Product,
    Retention,
    Segment,
    Source,
    Stage,
    Suppression,
    Topic,
)
from customers.stage_versions import save_draft
from journeys.models import Enrollment, Journey, JourneyVersion, Simulation
from tests.builders import NOON, customer, event
from tests.clients import client
from tests.config.api.routes import routes
from tests.customers.imports.files import taken

pytestmark = pytest.mark.django_db
ROUTES = routes()
BAD_TEXT = ["", "\0", "x\0y", "9" * 400, "è" * 700, "'; --", "-1", "1e400", "null", "[]", "%00", "\u202e"]
BAD_MOMENTS = ["2025-99-99", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "12:00", "P1D", "-P1D"]
BAD_VALUES = [
    None,
    True,
    -1,
    10**29,
    1.5,
    "",
    "x",
    "x\\0",
    "y" * 3000,
    "\u202e",
    [],
    [[]],
    {},
    {"a": {"b": []}},
    {"combinator": "and", "rules": [{"field": "trait", "trait": "a__b", "operator": "x", "value": None}]},
    *BAD_MOMENTS,
    "P999999999D",
]
BAD_BODIES = ["", "null", "[]", "1", '"x"', "{", '{"a": NaN}', '{"a": 1e999}', r'{"a": "\u0000"}', "[" * 5000]
RULE = {
    "combinator": "and",
    "not": False,
    "rules": [{"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}],
}
BODIES = {
    "caps/": {
        "name": "n",
        "limit": 1,
        "window": "rolling",
        "span": "P1D",
        "channel": "",
        "topic": "",
        "stage": "use",
    },
    "quiet-hours/": {"name": "n", "starts": "21:00", "ends": "09:00", "channel": "sms"},
    "holdout/": {"percent": "12.5"},
    "topics/": {"slug": "n", "name": "n"},
    "products/": {"products": [{"product_id": "a", "name": "Pear", "price": "2.5"}]},
    "sources/": {"name": "n"},
    "double_opt_ins/": {"channel": "sms", "topic": "n"},
    "retention/": {"pattern": "n*", "days": 90},
    "suppressions/": {"kind": "email", "value": "a@example.com", "reason": "by_hand"},
    "segments/": {"slug": "n", "name": "n", "description": "", "rule": RULE},
    "segments/preview/": {"rule": RULE},
    "segments/<slug:slug>/difference/": {"rule": RULE},
    "segments/<slug:slug>/members/": {"operation": "append", "members": ["email:a@example.com"]},
    "customers/": {"identities": {"email": "n@example.com"}, "traits": {"city": "Roma"}},
    "customers/<uuid:id>/": {"identities": {"phone": "+390612345678"}, "traits": {"city": "Roma"}},
    "customers/<uuid:id>/consents/": {
        "channel": "sms",
        "topic": "",
        "is_granted": True,
        "source": "",
        "wording": "",
    },
    "customers/<uuid:id>/explain/": {"rule": RULE},
    "customers/<uuid:id>/stage_holds/": {"stage": "use", "reason": "n", "until": None, "yields": True},
    "stages/<slug:slug>/": {
        "rule": RULE,
        "stay_rule": RULE,
        "leave_rule": {},
        "precedence": 50,
        "dwell": "P1D",
        "interrupts": True,
        "onward": "next",
        "back": "never",
    },
    "stage_versions/": {"definitions": {"use": {"rule": RULE}}, "note": "n"},
    "stage_versions/<uuid:id>/": {"definitions": {"use": {"rule": RULE}}, "note": "n"},
    "stage_versions/<uuid:id>/try/": {"at": None},
    "contents/": {
        "slug": "n",
        "name": "n",
        "channel": "sms",
        "topic": "",
        "is_transactional": False,
        "texts": [],
    },
    "contents/check/": {"slug": "n", "name": "n", "channel": "sms", "texts": []},
    "contents/<slug:slug>/preview/": {"customer": "", "language": "en", "event": {}},
    "journeys/": {
        "slug": "n",
        "name": "n",
        "description": "",
        "serves": "use",
        "leads_to": "advocacy",
        "draft": {},
    },
    "journeys/validate/": {"draft": {"trigger": {}, "start": "a", "steps": []}},
    "broadcasts/": {
        "name": "n",
        "content": "hello",
        "segment": "roma",
        "priority": 5,
        "starts_at": "2025-03-03T12:00:00Z",
        "expires_after": "P1D",
    },
    "broadcasts/<uuid:id>/schedule/": {"starts_at": "2025-03-03T12:00:00Z"},
    "enrollments/<uuid:id>/exit/": {"reason": "n"},
    "channels/<slug:channel>/": {"provider": "smtp", "settings": {}, "sender": "n", "is_active": True},
    "clock/": {"set_to": "2025-03-03T12:00:00Z"},
}
QUERIES = {"segments/<slug:slug>/overlap/": {"with": "roma"}}  # parameters without which a route can't answer


@pytest.fixture
def there(django_user_model):
    """One row of each kind, as the parts of the paths that lead to it."""
    del django_user_model
    one = customer(email="a@example.com", traits={"city": "Roma"}, stage="use")
    happened = event(one)
    content = Content.objects.create(slug="hello", name="Hello", channel="sms")
    ContentText.objects.create(content=content, language="en", body="Hello")
    Channel.objects.create(kind="sms", provider="http_sms")
    segment = Segment.objects.create(slug="roma", name="Roma", rule=RULE)
    stage = Stage.objects.get(slug="use")
    journey = Journey.objects.create(slug="welcome", name="Welcome", serves=stage, leads_to=stage)
    version = JourneyVersion.objects.create(journey=journey, number=1, graph={}, published_at=NOON)
    simulation = Simulation.objects.create(
        journey=journey, draft={}, days=7, customers=10, until=NOON, asked_at=NOON, state="cancelled"
    )  # one that waits would be started, as a process, where the clock is moved
    inside = Enrollment.objects.create(
        version=version,
        journey=journey,
        customer=one,
        step="a",
        reached_at=NOON,
        due_at=NOON,
        entered_at=NOON,
    )
    broadcast = Broadcast.objects.create(name="All", content=content, segment=segment)
    message = Message.objects.create(
        customer=one,
        channel="sms",
        content=content,
        source="broadcast",
        source_id=broadcast.pk,
        created_at=NOON,
    )
    message.refresh_from_db()
    topic = Topic.objects.create(slug="news", name="News")
    return {
        "customers": {"id": one.public_id},
        "events": {"id": seal("event", happened.pk)},
        "contents": {"slug": content.slug},
        "segments": {"slug": segment.slug},
        "stages": {"slug": stage.slug},
        "stage_versions": {"id": seal("stage_version", save_draft({}, "ada", NOON).pk)},
        "journeys": {"slug": journey.slug},
        "enrollments": {"id": seal("enrollment", inside.pk)},
        "simulations": {"id": seal("simulation", simulation.pk)},
        "broadcasts": {"id": seal("broadcast", broadcast.pk)},
        "messages": {"id": message.public_id},
        "topics": {"slug": topic.slug},
        "channels": {"channel": "sms"},
        "caps": {"id": seal("cap", Cap.objects.create(name="c", limit=1, window="day").pk)},
        "quiet-hours": {
            "id": seal("quiet_hours", QuietHours.objects.create(name="q", starts="21:00", ends="9:00").pk)
        },
        "imports": {"id": seal("import", taken("email\na@example.com\n").pk)},
        "double_opt_ins": {
            "id": seal("double_opt_in", DoubleOptIn.objects.create(channel="email", topic="n").pk)
        },
        "retention": {
            "id": seal("retention", Retention.objects.create(pattern="n", days=1, changed_at=NOON).pk)
        },
        "duplicates": {"id": seal("duplicate", pair(one, customer()).pk)},
        "products": {"id": seal("product", Product.objects.create(product_id="a").pk)},
        "sources": {"id": seal("source", Source.objects.create(name="s").pk)},
        "suppressions": {
            "id": seal(
                "suppression",
                Suppression.objects.create(
                    kind="email", value="b@example.com", reason="gone", created_at=NOON
                ).pk,
            )
        },
    }


def pair(one, other):
    return DuplicatePair.objects.create(
        first_id=one.pk, second_id=other.pk, probability=0.97, evidence=[], found_at=NOON
    )


def parts(route, there):
    return there.get(route.path.split("/")[0], {})


def known_client():
    """A client that is known already: thousands of requests need not each look its key up."""
    key, _secret = ApiKey.issue("test", [Scope.FULL], NOON)
    api = APIClient()
    api.force_authenticate(AnonymousUser(), key)
    return api


def ask(api, method, url, body=None, **query):
    """The status; whatever the request did is undone."""
    api.raise_request_exception = False
    with transaction.atomic():
        if method == "get":
            response = api.get(url, query)
        else:
            response = api.generic(method.upper(), url, body, content_type="application/json")
        transaction.set_rollback(True)
    return response.status_code


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "get"], ids=str)
def test_route_shows_what_is_there(route, there):
    assert ask(client(), "get", route.url(**parts(route, there)), **QUERIES.get(route.path, {})) == 200


@pytest.mark.parametrize("route", [route for route in ROUTES if "<" in route.path], ids=str)
def test_route_knows_nothing_of_a_made_up_id(route):
    url = route.url(channel="nothing")

    assert ask(client(), route.method, url, "{}") in {400, 404}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method == "get"], ids=str)
def test_route_answers_bad_parameters(route, there):
    api, url = known_client(), route.url(**parts(route, there))
    view = route.view()
    view.action = route.action
    known = view.known_parameters() if hasattr(view, "known_parameters") else set()

    asked = [(name, value) for name in (*known, "other", "\0") for value in BAD_TEXT + BAD_MOMENTS]
    statuses = {(name, value): ask(api, "get", url, **{name: value}) for name, value in asked}

    assert {asked: status for asked, status in statuses.items() if status not in {200, 400}} == {}


@pytest.mark.parametrize("route", [route for route in ROUTES if route.method in {"post", "patch"}], ids=str)
def test_route_answers_bad_bodies(route, there):
    api, url = known_client(), route.url(**parts(route, there))
    of_kind = BODIES.get(route.path.split("<", maxsplit=1)[0], {}) if route.method == "patch" else {}
    body = BODIES.get(route.path, of_kind)
    bodies = BAD_BODIES + [json.dumps(body | {field: bad}) for field in body for bad in BAD_VALUES]

    statuses = {text: ask(api, route.method, url, text) for text in bodies}

    assert {text: status for text, status in statuses.items() if status >= 500} == {}


@pytest.mark.parametrize(
    "path", ["nothing/", "customers/%00/", "customers/1/", "segments/a%00b/", "caps/1/", ""]
)
def test_path_that_is_none_is_a_problem(path):
    response = client().get(f"/api/v1/{path}")

    assert response.status_code == 404
    assert response["Content-Type"] == "application/problem+json"
