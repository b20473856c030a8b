"""No page and no answer shows anything personal to who may not see it, and to others they do."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.masking import is_hidden, is_personal, masked, masked_document, masked_text
from config.models import Scope
from tests.clients import client as api_client
from tests.config.access import PAGES, ROWS
from tests.config.admin_routes import pages
from tests.config.api.routes import routes
from tests.config.api.test_roles import parts
from tests.people import browser
from tests.whole import PERSONAL, Whole

NOBODY = {
    "combinator": "and",
    "not": False,
    "rules": [{"field": "trait", "trait": "orders", "operator": "is_not_set"}],
}
EVERYBODY = {
    "combinator": "and",
    "not": False,
    "rules": [{"field": "trait", "trait": "orders", "operator": "is_set"}],
}


SHOWING = {
    "content_preview",
    "customer",
    "customer_timeline",
    "customers_customer_changelist",
    "channels_message_change",
    "channels_message_changelist",
    "customers_inboxrow_change",
    "customers_inboxrow_changelist",
    "customers_suppression_change",
    "customers_suppression_changelist",
    "inbox",
    "inbox_shown",
    "message_preview",
    "segment_export",
}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ada@example.com", "a…@e…"),
        ("+390655512345", "+39…45"),
        ("Ada Prova", "A… P…"),
        ("1971-11-23", "1…"),
        ("", ""),
    ],
)
def test_masked_value_tells_rows_apart_and_no_more(value, shown):
    assert masked(value) == shown


def test_masked_text_hides_addresses_wherever_they_stand():
    text = "550 <ada@example.com>: no such user, call +39 06 555 123"

    assert masked_text(text) == "550 <a…@e…>: no such user, call +39…23"


def test_masked_document_hides_personal_names_at_every_depth_and_nothing_else():
    document = {
        "firstName": "Ada",
        "address": {"street": "Via Roma 1", "floor": 3},
        "orders": [{"total": 12.5, "note": "for ada@example.com", "is_gift": True}],
        "city": "Roma",
        "email": None,
    }

    assert masked_document(document) == {
        "firstName": "A…",
        "address": {"street": "V… R… 1…", "floor": "…"},
        "orders": [{"total": 12.5, "note": "for a…@e…", "is_gift": True}],
        "city": "Roma",
        "email": None,
    }


def test_masked_document_hides_the_change_of_a_personal_trait():
    change = {"trait": "last_name", "from": "Prova", "to": "Nuova"}

    assert masked_document(change) == {"trait": "last_name", "from": "P…", "to": "N…"}
    assert masked_document(change | {"trait": "city"}) == change | {"trait": "city"}


def test_what_is_personal_is_the_brands_to_say(settings):
    settings.PERSONAL = ["tax_code"]

    assert [name for name in ("taxCode", "customer.tax_code", "email") if is_personal(name)] == [
        "taxCode",
        "customer.tax_code",
    ]


def test_work_that_answers_nobody_masks_nothing():
    assert is_hidden() is False


def leaks(text: str) -> set[str]:
    """What personal of her stands in an answer."""
    plain = json.dumps(json.loads(text), ensure_ascii=False) if text.startswith(("{", "[")) else text
    return {name for name, value in PERSONAL.items() if value in plain}


def read(answer: Any) -> str:
    """All of an answer."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert answer.status_code < 500
    return str(body.decode())


def opened(who: Client, whole: Whole, names: Collection[str] = ()) -> dict[str, set[str]]:
    """What each page of the table, or those that are named, shows of her when it is opened."""
    all_pages = [page for page in pages() if page.model in ROWS or page.name in PAGES]
    shown = [page for page in all_pages if not names or page.name in names]
    return {page.name: found for page in shown if (found := leaks(read(who.get(page.url(whole)))))}


def questions(whole: Whole) -> dict[str, tuple[str, dict[str, Any], bool]]:
    """Pages that show her when they are asked about her: their address, what is asked, whether it is sent."""
    her, mail = str(whole.her.public_id), PERSONAL["email"]
    journey = {"args": [whole.journey.pk]}
    url = lambda name, **at: reverse(f"admin:{name}", **at)  # noqa: E731
    rule = json.dumps({"rule": EVERYBODY})
    terms = {
        "person": {"customer": her},
        "starts_at": "2025-03-03T12:00:00Z",
        "inputs": [{"at": "PT0S", "kind": "enter", "properties": {"email": mail}}],
    }
    walk = {"json": json.dumps({"graph": whole.journey.draft, "terms": terms})}
    people = {"what": "waiting", "step": "rest"}
    preview = {"sample": mail, "language": "en"}
    return {
        "customers found": (url("customers_customer_changelist"), {"q": mail}, False),
        "messages found": (url("channels_message_changelist"), {"q": mail}, False),
        "builder's customers": (url("rule_customers"), {"q": mail}, False),
        "builder's preview": (url("rule_preview"), {"json": rule}, True),
        "builder's reasons": (
            url("rule_explain"),
            {"json": json.dumps({"rule": of_name(), "customer": her})},
            True,
        ),
        "values of a trait": (url("rule_suggestions"), {"of": "trait_values", "trait": "last_name"}, False),
        "traits with examples": (url("rule_suggestions"), {"of": "traits"}, False),
        "designer's traits": (url("journey_look", **journey), {"what": "traits"}, False),
        "difference": (
            url("segment_difference", args=[whole.segment.pk]),
            {"rule": json.dumps(NOBODY)},
            True,
        ),
        "people behind a number": (url("journey_people", **journey), people, False),
        "preview of a content": (
            url("content_preview", args=[whole.rows["channels.content"].pk]),
            preview,
            False,
        ),
        "walk": (url("journey_walk", **journey), walk, True),
    }


def of_name() -> dict[str, Any]:
    """A rule that finds whoever has a last name."""
    leaf = {"field": "trait", "trait": "last_name", "operator": "is_set"}
    return {"combinator": "and", "not": False, "rules": [leaf]}


def asked(who: Client, whole: Whole) -> dict[str, set[str]]:
    """What each of those questions is told of her, but what was asked."""
    found = {}
    for name, (url, values, is_sent) in questions(whole).items():
        if "json" in values:
            answer = who.post(url, values["json"], content_type="application/json")
        else:
            answer = who.post(url, values) if is_sent else who.get(url, values)
        assert answer.status_code == 200, (name, answer.content)
        said = {"email"} if PERSONAL["email"] in str(values) else set()
        found[name] = leaks(read(answer)) - said
    return found


@pytest.fixture
def whole(db: None) -> Whole:
    del db
    return Whole(datetime.now(UTC))


@pytest.mark.parametrize("role", ["viewer", "integrator"])
def test_no_page_shows_who_may_not_see_it_anything_personal(whole, role):
    assert opened(browser(role), whole) == {}


def test_pages_that_show_her_do_so_to_who_may_see_it(whole):
    assert opened(browser("administrator"), whole, SHOWING).keys() == SHOWING


def test_no_question_about_her_is_answered_with_anything_personal(whole):
    assert {name: found for name, found in asked(browser("viewer"), whole).items() if found} == {}


def test_questions_about_her_are_answered_to_who_may_see_it(whole):
    assert {name for name, found in asked(browser("marketer"), whole).items() if not found} == set()


def test_masked_list_still_tells_its_rows_apart(whole):
    page = read(browser("viewer").get(reverse("admin:customers_customer_changelist")))

    assert f"Z… Q… {str(whole.her.public_id)[:4]}" in page
    assert "z…@p… · +39…45 · c4711" in page


@pytest.mark.usefixtures("whole")
@pytest.mark.parametrize(("role", "many"), [("viewer", [0, 0, 1]), ("marketer", [1, 1, 1])])
def test_who_may_not_see_an_address_has_to_know_the_whole_of_it(role, many):
    who, url = browser(role), reverse("admin:rule_customers")

    found = [who.get(url, {"q": term}).json() for term in ("zenobia.", "Quaglia", PERSONAL["email"])]

    assert [len(one["customers"]) for one in found] == many


def told(api: Any, whole: Whole) -> dict[str, set[str]]:
    """What each route that reads tells of her, and those that only look, asked about her."""
    bodies = {
        "explain": {"rule": of_name()},
        "preview_rule": {"rule": EVERYBODY},
        "difference": {"rule": NOBODY},
        "preview": {"customer": str(whole.her.public_id)},
        "walk": {
            "person": {"customer": str(whole.her.public_id)},
            "inputs": [{"at": "PT0S", "kind": "enter", "properties": {}}],
        },
    }
    found = {}
    for route in routes():
        body = bodies.get(route.action)
        if route.method == "get":
            query = "?traits=last_name,address" if route.name == "api-segment-export" else ""
            answer = api.get(route.url(**parts(whole, route)) + query)
        elif body is not None and not (route.action == "preview" and not route.path.startswith("contents")):
            answer = api.post(route.url(**parts(whole, route)), body, format="json")
        else:
            continue
        if names := leaks(read(answer)):
            found[str(route)] = names
    return found


def test_api_tells_a_key_without_the_scope_nothing_personal(whole):
    scopes = [scope for scope in Scope if scope not in {Scope.PERSONAL, Scope.FULL}]

    assert told(api_client(*scopes), whole) == {}


def test_api_tells_a_key_with_the_scope(whole):
    assert told(api_client(Scope.PERSONAL), whole).keys() >= {
        "GET customers/",
        "GET customers/<uuid:id>/",
        "GET customers/<uuid:id>/export/",
        "GET customers/<uuid:id>/events/",
        "POST customers/<uuid:id>/explain/",
        "GET events/",
        "GET events/<uuid:id>/",
        "GET enrollments/",
        "GET messages/",
        "GET segments/<slug:slug>/members/",
        "GET segments/<slug:slug>/export/",
        "POST segments/preview/",
        "POST segments/<slug:slug>/difference/",
        "GET suppressions/",
        "POST contents/<slug:slug>/preview/",
        "POST journeys/<slug:slug>/walk/",
    }


def test_key_that_writes_customers_is_answered_masked_unless_it_may_see(whole):
    given = {"identities": {"email": PERSONAL["email"]}}

    masked_answer = api_client(Scope.CUSTOMERS).post("/api/v1/customers/", given, format="json")
    whole.her.refresh_from_db()

    assert leaks(read(masked_answer)) == set()
    assert whole.her.traits["last_name"] == PERSONAL["last_name"]
    assert {one.value for one in whole.her.identities.all()} >= {PERSONAL["email"], PERSONAL["phone"]}
