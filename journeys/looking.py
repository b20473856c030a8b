"""What can be chosen for a setting of a step or trigger: contents, segments, events as they are there."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.urls import reverse

from channels.models import Content
from customers.models import Segment
from customers.suggestions import MOST, UnknownSourceError, suggest

# What `of` stands for.
GIVEN = {"properties": "event", "trait_values": "trait"}
SUGGESTED = frozenset({"segments", "stages", "journeys", "topics", "channels", "events"}) | {
    *("traits", "dates", "properties", "trait_values")
}


@dataclass(frozen=True)
class Choice:
    """One thing that can be chosen: its key, how people call it, what else tells of it, how it looks."""

    value: Any
    title: str
    hint: str = ""
    preview: str = ""

    def as_json(self) -> dict[str, Any]:
        """As the designer reads it."""
        told = {"value": self.value, "title": self.title}
        more = {"hint": self.hint, "preview": self.preview}
        return told | {key: value for key, value in more.items() if value}


def look_for(what: str, term: str, of: str) -> list[Choice]:
    """Those of a kind that contain `term`, at most fifty; UnknownSourceError where there is no such kind."""
    if what == "contents":
        return _contents(term, of)
    if what == "lists":
        return _lists(term)
    if what not in SUGGESTED:
        raise UnknownSourceError(UnknownSourceError.__doc__)
    found = suggest(what, term, {GIVEN[what]: of} if what in GIVEN else {})
    return [Choice(one.value, one.label, one.note) for one in found.values]


def _contents(term: str, channel: str) -> list[Choice]:
    """Of a channel, if one is given; each with the address of its preview."""
    rows = Content.objects.filter(_called(term)).order_by("name")
    if channel:
        rows = rows.filter(channel=channel)
    return [
        Choice(row.slug, row.name, row.slug, reverse("admin:content_preview", args=[row.pk]))
        for row in rows[:MOST]
    ]


def _lists(term: str) -> list[Choice]:
    rows = Segment.objects.filter(_called(term), kind=Segment.Kind.LIST, archived_at=None).order_by("name")
    return [Choice(slug, name, slug) for slug, name in rows.values_list("slug", "name")[:MOST]]


def _called(term: str) -> Q:
    return Q(name__icontains=term) | Q(slug__icontains=term)
