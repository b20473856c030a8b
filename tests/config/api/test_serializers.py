"""A field that nobody knows is refused, with all that is wrong beside it, and nothing is kept."""

import pytest

from channels.models import Content
from config.models import Scope
from customers.models import Segment
from tests.clients import client

pytestmark = pytest.mark.django_db
KNOWN = "There is no such field. There are: body, language, link, plain, subject."


def test_unknown_field_of_a_row_within_is_named_with_its_place():
    text = {"language": "en", "subject": "Hi", "body": "<mjml><mj-body></mj-body></mjml>", "colour": "red"}
    answer = client(Scope.FULL).post(
        "/api/v1/contents/", {"slug": "hi", "name": "Hi", "channel": "email", "texts": [text]}, format="json"
    )

    assert answer.status_code == 400
    assert answer.json()["errors"] == [{"path": "texts.0.colour", "message": KNOWN}]
    assert Content.objects.count() == 0


def test_unknown_field_is_told_with_the_other_faults():
    answer = client(Scope.FULL).post("/api/v1/segments/", {"slug": "new", "rules": {}}, format="json")

    assert answer.status_code == 400
    assert sorted(fault["path"] for fault in answer.json()["errors"]) == ["name", "rule", "rules"]
    assert Segment.objects.count() == 0


def test_what_may_only_be_read_can_be_sent_back():
    api = client(Scope.FULL)
    made = api.post("/api/v1/segments/", {"slug": "new", "name": "New", "rule": {}}, format="json").json()

    answer = api.patch("/api/v1/segments/new/", made | {"name": "Newer"}, format="json")

    assert (answer.status_code, answer.json()["name"]) == (200, "Newer")
