"""The lists whose filters can be saved, and what of an address is a filter."""

from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.urls import reverse


class Listed(NamedTuple):
    """A list that can be filtered: who may see it, and whether a search of it names people."""

    permission: str
    is_personal: bool


LISTS = {
    "customers_customer": Listed("customers.view_customer", is_personal=True),
    "channels_message": Listed("channels.view_message", is_personal=True),
    "journeys_journey": Listed("journeys.view_journey", is_personal=False),
    "customers_segment": Listed("customers.view_segment", is_personal=False),
}


def chosen(of: str, query: str) -> str:
    """The part of a list's query that is kept: no page, and no search that may name a person."""
    dropped = {"p", "all", "e"} | ({"q"} if LISTS[of].is_personal else set())
    return urlencode(sorted((name, value) for name, value in parse_qsl(query) if name not in dropped))


def url_of(of: str, query: str = "") -> str:
    """The list, with what is chosen of it."""
    return reverse(f"admin:{of}_changelist") + (f"?{query}" if query else "")
