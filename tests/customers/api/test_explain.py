import pytest

from customers.models import Segment
from tests.builders import customer
from tests.clients import client

pytestmark = pytest.mark.django_db
ROMAN = {"field": "trait", "trait": "city", "operator": "equals", "value": "Roma"}


def ask(of, **question):
    return client("read").post(f"/api/v1/customers/{of.public_id}/explain/", question, format="json")


@pytest.mark.parametrize("question", [{"rule": ROMAN}, {"segment": "romans"}])
def test_rule_and_segment_are_explained_line_by_line(question):
    Segment.objects.create(slug="romans", name="Romans", rule=ROMAN)

    told = ask(customer(traits={"city": "Milano"}), **question).json()

    assert told == {"answers": [{"path": "", "words": "city is Roma", "holds": False, "found": "Milano"}]}


def test_without_a_question_the_stages_are_explained():
    told = ask(customer()).json()["stages"]

    assert {one["stage"] for one in told} >= {"awareness", "advocacy"}
    assert sum(one["is_first"] for one in told) <= 1


@pytest.mark.parametrize(
    ("question", "path"),
    [
        ({"rule": ROMAN | {"operator": "like"}}, "rule.operator"),
        ({"segment": "gone"}, "segment"),
        ({"segment": "gone", "rule": ROMAN}, ""),
    ],
)
def test_what_cannot_be_explained_is_refused(question, path):
    refused = ask(customer(), **question)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["path"] == path


def test_a_list_has_nothing_to_explain():
    Segment.objects.create(slug="guests", name="Guests", kind="list")

    refused = ask(customer(), segment="guests")

    assert refused.json()["errors"] == [
        {
            "path": "segment",
            "message": "A list has no rule: its members are put in one by one or from a file.",
        }
    ]
