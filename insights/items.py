"""The kinds of things that people look for and come back to: how each is found, named and opened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from campaigns.models import Broadcast
from channels.models import Content, Message
from customers.finding import find_customers
from customers.models import Customer, Segment
from journeys.models import Journey

MOST = 6  # of a kind that are shown for a term
NEWEST = 20_000  # customers whose names are looked at for it


class Item(NamedTuple):
    """One thing as it is shown: its name, what else tells it apart, its symbol, its page."""

    title: str
    note: str
    icon: str
    url: str


@dataclass(frozen=True)
class Kind:
    """One kind: its name, who may see it, how rows are found by a term, and how a row is shown."""

    name: Any
    permission: str
    icon: str
    rows: QuerySet[Any]
    find: Callable[[QuerySet[Any], str], Sequence[Any]]
    note: Callable[[Any], str]
    url: Callable[[Any], str]
    title: Callable[[Any], str] = str

    def items(self, term: str) -> list[Item]:
        """Some that the term finds."""
        return [self.item(row) for row in self.find(self.rows.all(), term)]

    def item(self, row: Model) -> Item:
        """A row as it is shown."""
        return Item(self.title(row), self.note(row), self.icon, self.url(row))


def _uuid(term: str) -> UUID | None:
    try:
        return UUID(term)
    except ValueError:
        return None


def _customers(rows: QuerySet[Customer], term: str) -> Sequence[Customer]:
    if public_id := _uuid(term):
        return list(rows.filter(public_id=public_id))
    return find_customers(term, MOST, NEWEST).customers


def _messages(rows: QuerySet[Message], term: str) -> Sequence[Message]:
    public_id = _uuid(term)
    return list(rows.filter(Q(public_id=public_id))) if public_id else []


def _named(rows: QuerySet[Any], term: str) -> Sequence[Any]:
    """By words in the name or the key; these tables are small."""
    for word in term.split():
        rows = rows.filter(Q(name__icontains=word) | Q(slug__icontains=word))
    return list(rows[:MOST])


def _broadcasts(rows: QuerySet[Broadcast], term: str) -> Sequence[Broadcast]:
    for word in term.split():
        rows = rows.filter(name__icontains=word)
    return list(rows[:MOST])


def _page(view: str) -> Callable[[Any], str]:
    return lambda row: reverse(f"admin:{view}", args=[row.pk])


KINDS: Mapping[str, Kind] = {
    "customer": Kind(
        _("Customers"),
        "customers.view_customer",
        "person",
        Customer.objects.select_related("stage"),
        _customers,
        lambda row: row.stage.label if row.stage else "",
        lambda row: reverse("admin:customer", args=[row.public_id]),
    ),
    "journey": Kind(
        _("Journeys"),
        "journeys.view_journey",
        "route",
        Journey.objects.order_by("name"),
        _named,
        lambda row: row.get_state_display(),
        _page("journeys_journey_change"),
    ),
    "segment": Kind(
        _("Segments"),
        "customers.view_segment",
        "join_inner",
        Segment.objects.filter(archived_at=None).order_by("name"),
        _named,
        lambda row: row.get_kind_display(),
        _page("customers_segment_change"),
    ),
    "content": Kind(
        _("Contents"),
        "channels.view_content",
        "draft",
        Content.objects.order_by("name"),
        _named,
        lambda row: row.get_channel_display(),
        _page("channels_content_change"),
    ),
    "broadcast": Kind(
        _("Broadcasts"),
        "campaigns.view_broadcast",
        "campaign",
        Broadcast.objects.order_by("-pk"),
        _broadcasts,
        lambda row: row.get_state_display(),
        _page("campaigns_broadcast_change"),
    ),
    "message": Kind(
        _("Messages"),
        "channels.view_message",
        "mail",
        Message.objects.select_related("content"),
        _messages,
        lambda row: row.get_state_display(),
        _page("channels_message_change"),
        lambda row: f"{row.content or row} · {row.get_channel_display()}",
    ),
}
