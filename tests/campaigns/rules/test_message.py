import pytest

from campaigns.models import Broadcast
from customers.models import Segment
from customers.rules import members, parse, rule_words
from customers.suggestions import suggest
from tests.builders import NOON
from tests.channels import rows

pytestmark = pytest.mark.django_db
OF_SPRING = {
    "field": "broadcast_message",
    "broadcast": "Spring",
    "did": "opened",
    "operator": "equals",
    "value": 0,
}


def test_messages_of_a_broadcast_are_those_that_it_asked_for():
    what = rows.content()
    segment = Segment.objects.create(slug="all", name="All")
    spring = Broadcast.objects.create(name="Spring", content=what, segment=segment)
    opened, closed = rows.reader(1), rows.reader(2)
    sent = {"due_at": None, "state": "sent", "sent_at": NOON}
    rows.message(opened, what, source="broadcast", source_id=spring.pk, opened_at=NOON, **sent)
    rows.message(closed, what, source="broadcast", source_id=spring.pk, **sent)
    rows.message(closed, what, source="journey", source_id=spring.pk, opened_at=NOON, **sent)

    assert list(members(parse(OF_SPRING), NOON)) == [closed]
    assert rule_words(parse(OF_SPRING)) == "opened exactly 0 messages of the broadcast Spring"
    assert [one.value for one in suggest("broadcasts", "", {}).values] == ["Spring"]
