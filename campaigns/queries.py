"""Reads about broadcasts."""

from campaigns.models import Broadcast
from customers.suggestions import Given, Suggestion, Suggestions


def suggested_broadcasts(_given: Given) -> Suggestions:
    """The broadcasts that a rule about their messages can name, the newest first."""
    names = dict.fromkeys(Broadcast.objects.order_by("-id").values_list("name", flat=True))
    return Suggestions([Suggestion(name, name) for name in names])
