import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from customers.admin.builder_words import WORDS
from customers.models import Segment
from customers.preview import Preview
from customers.rules.leaf import FAMILIES
from tests.builders import customer, event

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}
SOURCES = "\n".join(path.read_text() for path in (Path(settings.ROOT) / "frontend" / "src").glob("*.ts*"))


@pytest.fixture
def marketer(client):
    client.force_login(User.objects.create_superuser("ada"))
    return client


def post(marketer, name, body):
    data = body if isinstance(body, str) else json.dumps(body)
    return marketer.post(reverse(f"admin:rule_{name}"), data, content_type="application/json")


def get(marketer, name, **values):
    return marketer.get(reverse(f"admin:rule_{name}"), values)


def test_vocabulary_has_every_family_and_the_builders_words(marketer):
    told = get(marketer, "vocabulary").json()

    assert {family["family"] for family in told["vocabulary"]["families"]} == set(FAMILIES)
    assert told["words"]["as_json"] == "As JSON"


def test_vocabulary_comes_in_the_readers_language(marketer):
    told = marketer.get(reverse("admin:rule_vocabulary"), headers={"accept-language": "it"}).json()

    operator = next(one for one in told["vocabulary"]["line"] if one["name"] == "operator")
    assert operator["choices"][0]["label"] == "è"


def test_every_word_that_the_front_end_asks_for_is_there_and_none_is_left_over():
    asked = set(re.findall(r"""\bt\(\s*"(\w+)\"""", SOURCES)) | set(re.findall(r'"(\w+)"', SOURCES))
    named = set(re.findall(r"""\bt\(\s*"(\w+)\"""", SOURCES))
    joins = {f"join_{name}" for name in re.findall(r'value: "(\w+)", combinator', SOURCES)}

    assert named - set(WORDS) == set()
    assert joins - set(WORDS) == set()
    assert set(WORDS) - asked - joins == set()


def test_suggestions_hang_on_what_was_chosen(marketer):
    event(customer(), properties={"total": 5})

    told = get(marketer, "suggestions", of="properties", event="Order Completed", q="tot").json()

    assert told == {
        "values": [{"value": "total", "label": "total", "kind": "number", "note": "5"}],
        "is_sample": False,
    }


@pytest.mark.parametrize(
    ("values", "status"),
    [({"of": "passwords"}, 404), ({}, 404), ({"of": "properties", "event": "\0", "q": "x" * 999}, 200)],
)
def test_odd_suggestions_are_no_failure(marketer, values, status):
    assert get(marketer, "suggestions", **values).status_code == status


def test_customers_are_found_by_name(marketer):
    ada = customer(traits={"first_name": "Ada"}, stage="use")

    found = get(marketer, "customers", q="ada").json()["customers"]

    assert [(one["id"], one["name"], one["stage"]["number"]) for one in found] == [
        (str(ada.public_id), "Ada", 6)
    ]


def test_rule_is_read_as_a_sentence(marketer):
    assert post(marketer, "read", {"rule": ROMAN}).json() == {"sentence": "city is Roma"}
    assert post(marketer, "read", {"rule": {}}).json() == {"sentence": "nobody"}


def test_problems_are_told_with_their_line(marketer):
    rule = {"combinator": "and", "rules": [ROMAN, ROMAN | {"operator": "greater"}]}

    told = post(marketer, "read", {"rule": rule}).json()

    assert told == {"problems": [{"path": "rules.1.value", "message": "A number is needed here."}]}


def test_rule_of_a_segment_must_not_read_itself(marketer):
    Segment.objects.create(slug="romans", name="Romans", rule=ROMAN)
    rule = {"field": "segment", "operator": "in", "value": "romans"}

    assert "problems" in post(marketer, "read", {"rule": rule, "segment": "romans"}).json()
    assert "sentence" in post(marketer, "read", {"rule": rule, "segment": "others"}).json()
    assert "sentence" in post(marketer, "read", {"rule": rule}).json()


def test_preview_counts_and_shows_ten(marketer):
    for _ in range(12):
        customer(traits={"city": "Roma"})

    told = post(marketer, "preview", {"rule": ROMAN}).json()

    assert (told["count"], told["count_words"], told["is_estimate"], len(told["sample"])) == (
        12,
        "12",
        False,
        10,
    )


def test_preview_flags_what_nobody_ever_had(marketer):
    customer(traits={"city": "Roma"})
    never = {"field": "event", "event": "Moon Landed", "operator": "at_least", "value": 1}
    both = {"combinator": "or", "rules": [ROMAN, never]}

    told = post(marketer, "preview", {"rule": both}).json()

    assert told["warnings"] == ["No event “Moon Landed” has ever arrived."]


def test_an_estimate_is_marked_as_one(marketer, monkeypatch):
    monkeypatch.setattr(
        "customers.admin.builder.preview", lambda _rule, _now, **_more: Preview(12_400, [], is_estimate=True)
    )

    told = post(marketer, "preview", {"rule": ROMAN}).json()

    assert (told["count_words"], told["is_estimate"]) == ("12,400", True)


def test_reasons_are_told_line_by_line(marketer):
    ada = customer(traits={"city": "Milano"})

    told = post(marketer, "explain", {"rule": ROMAN, "customer": str(ada.public_id)}).json()

    assert told == {"answers": [{"path": "", "words": "city is Roma", "holds": False, "found": "Milano"}]}


def test_reasons_of_the_stage_are_told_by_precedence(marketer):
    told = post(marketer, "explain", {"customer": str(customer().public_id)}).json()

    assert sum(stage["is_first"] for stage in told["stages"]) <= 1
    assert {"number", "label", "holds", "is_first", "answers"} == set(told["stages"][0])


@pytest.mark.parametrize("name", ["read", "preview", "explain"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400), ("[]", 400), ("[" * 100_000, 400), ('{"rule": ' + " " * 600_000 + "1}", 400), ("\0", 400),
        ({}, 200), ({"rule": None}, 200), ({"rule": [1]}, 200), ({"rule": {"field": {}}}, 200),
        ({"rule": ROMAN, "customer": [1], "segment": {}}, 200), ({"rule": ROMAN | {"value": "\0"}}, 200),
        ({"rule": ROMAN, "customer": "x" * 99}, 200),
    ],
    ids=range(12),
)  # fmt: skip
def test_bad_input_is_told_and_never_fails(marketer, name, body, status):
    assert post(marketer, name, body).status_code == status


def test_peoples_data_need_the_right_to_see_people(client):
    person = User.objects.create_user("bruno", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_segment"))
    client.force_login(person)

    assert get(client, "vocabulary").status_code == 200
    assert post(client, "read", {"rule": ROMAN}).status_code == 200
    assert get(client, "suggestions", of="trait_values", trait="city").status_code == 403
    assert get(client, "customers", q="a").status_code == 403
    assert post(client, "explain", {"rule": ROMAN}).status_code == 403


@pytest.mark.parametrize("page", ["segment/add/", "stage/1/change/"])
def test_forms_have_the_builder_and_without_scripts_the_field(marketer, page):
    html = marketer.get(f"/admin/customers/{page}").content.decode()

    assert 'data-rule-builder="rule"' in html
    assert 'name="rule"' in html
    assert ('data-segment="slug"' in html) == page.startswith("segment")
