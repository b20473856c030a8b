"""Ready segments about messages and ways to a person."""

from django.utils.translation import gettext as _

from channels.verdict import ADDRESS_KINDS
from customers.library import Marks, Ready


def ready_segments(_marks: Marks) -> list[Ready]:
    """Those who can't be reached, and those who are written to too often."""
    nowhere = [
        {"field": "reachable", "operator": "not_reachable", "channel": channel} for channel in ADDRESS_KINDS
    ]
    often = {"field": "message", "did": "received", "operator": "at_least", "value": 5, "within": "P7D"}
    ignoring = {"field": "ignored", "operator": "at_least", "value": 5}
    return [
        Ready(
            "unreachable",
            _("Unreachable"),
            _("No address with consent on any channel."),
            {"combinator": "and", "not": False, "rules": nowhere},
        ),
        Ready(
            "over-messaged",
            _("Over-messaged"),
            _("Received at least 5 messages within the last 7 days."),
            {"combinator": "and", "not": False, "rules": [often]},
        ),
        Ready(
            "not-listening",
            _("Not listening"),
            _("Left the last five messages unopened."),
            {"combinator": "and", "not": False, "rules": [ignoring]},
        ),
    ]
