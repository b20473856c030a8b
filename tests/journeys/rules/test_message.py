import pytest

from config import work
from customers.models import Segment
from customers.rules import members, parse, rule_words
from customers.segments import save_segment, segment_members
from customers.suggestions import suggest
from journeys import engine
from tests.builders import NOON
from tests.channels import rows
from tests.journeys.builders import content, enrolled, live, step

pytestmark = pytest.mark.django_db
OF_WELCOME = {
    "field": "journey_message",
    "journey": "welcome",
    "did": "received",
    "operator": "at_least",
    "value": 1,
}


def test_messages_of_a_journey_count_in_all_its_versions_and_of_no_other(tmp_path):
    rows.channel("email", str(tmp_path / "journal"))
    content("hello")
    hello = step("hello", "send_email", content="hello")
    welcome, other = live(hello), live(hello, slug="other")
    segment = save_segment(Segment(slug="welcomed", name="Welcomed", rule=OF_WELCOME), NOON)
    greeted, elsewhere = rows.reader(1), rows.reader(2)
    enrolled(welcome, greeted)
    enrolled(other, elsewhere)

    engine.advance(NOON)
    work.settle(NOON)

    assert list(segment_members(segment)) == [greeted]
    assert list(members(parse(OF_WELCOME | {"journey": "other"}), NOON)) == [elsewhere]
    assert list(members(parse(OF_WELCOME | {"channel": "sms"}), NOON)) == []


def test_it_reads_as_a_sentence():
    said = rule_words(parse(OF_WELCOME | {"within": "P7D", "did": "clicked"}))

    assert said == "clicked in at least 1 message of the journey welcome within the last 7 days"


def test_journeys_are_suggested():
    live(step("bye", "exit"))

    assert [(one.value, one.label) for one in suggest("journeys", "wel", {}).values] == [
        ("welcome", "welcome")
    ]
