"""What the picture's first box says."""

import pytest
from django.utils.translation import override

from journeys.entry import registry
from journeys.sayings import saying
from journeys.trigger_sayings import KINDS


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"kind": "event", "event": "Order Completed"}, "Order Completed"),
        ({"kind": "segment_entered", "segment": "vip"}, "enters vip"),
        ({"kind": "segment_entered", "segment": "vip", "existing": True}, "enters vip (and who is there)"),
        ({"kind": "segment_left", "segment": "vip"}, "leaves vip"),
        ({"kind": "stage_reached", "stage": "use"}, "reaches the stage use"),
        ({"kind": "stage_left", "stage": "use"}, "leaves the stage use"),
        ({"kind": "trait_changed", "trait": "plan"}, "plan changes"),
        ({"kind": "trait_changed", "trait": "plan", "to": "gold"}, "plan becomes gold"),
        (
            {"kind": "trait_changed", "trait": "plan", "from": "free", "to": "gold"},
            "plan changes from free to gold",
        ),
        ({"kind": "message", "happened": "clicked", "content": "hello"}, "link clicked · hello"),
        ({"kind": "sms_keyword", "keywords": ["join", "yes"]}, "SMS that begins with join, yes"),
        ({"kind": "form", "form": "f1"}, "form f1 sent"),
        ({"kind": "journey", "journey": "welcome"}, "journey welcome ended"),
        ({"kind": "journey", "journey": "welcome", "happened": "entered"}, "journey welcome entered"),
        ({"kind": "journey", "journey": "welcome", "reason": "goal"}, "journey welcome ended: goal"),
        ({"kind": "date", "trait": "birthday"}, "birthday comes, 09:00"),
        ({"kind": "date", "trait": "birthday", "days": -3, "at": "10:30"}, "3 days before birthday, 10:30"),
        ({"kind": "date", "trait": "birthday", "days": 1}, "1 day after birthday, 09:00"),
        ({"kind": "schedule", "segment": "vip", "rrule": "FREQ=DAILY"}, "all in vip: every day"),
        ({"kind": "api"}, "called by the API"),
        ({"kind": "moon"}, "moon"),
        ({"kind": "sms_keyword", "keywords": 3}, "SMS that begins with "),
        ({"kind": "date", "days": "soon"}, " comes, 09:00"),
        ({"event": "Order Completed"}, ""),
        ({"kind": ["a"]}, "['a']"),
    ],
)
def test_trigger_is_said_in_a_few_words(settings, words):
    with override("en"):
        assert saying("trigger", settings).words == words


def test_every_kind_has_its_words():
    assert set(KINDS) == set(registry)
