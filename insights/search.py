"""What the palette offers: what was opened last, acts, pages, and all that a term finds."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from config.pages import site
from insights.items import KINDS, Item
from insights.recent import recent_items

LONGEST = 100  # characters of a term
SHORTEST = 2  # by which rows are looked for
# What can be done from anywhere: the right, the words, the symbol, where it begins.
ACTS = [
    ("journeys.add_journey", _("New journey"), "add", reverse_lazy("admin:journey_new")),
    ("journeys.add_journey", _("Import a journey"), "upload_file", reverse_lazy("admin:journey_import")),
    ("customers.add_segment", _("New segment"), "add", reverse_lazy("admin:customers_segment_add")),
    ("customers.add_segment", _("New list"), "add", "{segment}?kind=list"),
    ("channels.add_content", _("New content"), "add", reverse_lazy("admin:channels_content_add")),
    ("campaigns.add_broadcast", _("New broadcast"), "add", reverse_lazy("admin:campaigns_broadcast_add")),
    ("channels.add_cap", _("New cap"), "add", reverse_lazy("admin:channels_cap_add")),
    ("customers.add_source", _("Connect a source"), "add", reverse_lazy("admin:customers_source_add")),
    ("customers.view_segment", _("Compare two segments"), "compare", reverse_lazy("admin:segment_overlap")),
]


def answer(request: HttpRequest) -> HttpResponse:
    """Groups of items as JSON, for the term `q`."""
    term = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    groups = [
        {"name": str(name), "items": [one._asdict() for one in items]}
        for name, items in _groups(request, term)
    ]
    return JsonResponse({"groups": groups})


def _groups(request: HttpRequest, term: str) -> Iterator[tuple[Any, list[Item]]]:
    may = request.user.has_perm
    offered = [
        (
            gettext("Recently opened"),
            recent_items(request.user.pk, may) if request.user.pk and not term else [],
        ),
        (
            gettext("Do"),
            [Item(str(words), "", icon, _url(url)) for right, words, icon, url in ACTS if may(right)],
        ),
        (gettext("Go to"), list(_pages(request))),
    ]
    found = [
        (kind.name, kind.items(term) if len(term) >= SHORTEST and may(kind.permission) else [])
        for kind in KINDS.values()
    ]
    fitting = [(name, [item for item in items if _fits(item, term)]) for name, items in offered]
    for name, items in (*fitting, *found) if len(term) < SHORTEST else (*found, *fitting):
        if items:
            yield name, items


def _url(url: Any) -> str:
    return str(url).format(segment=reverse_lazy("admin:customers_segment_add"))


def _pages(request: HttpRequest) -> Iterator[Item]:
    """The sidebar's pages that the person may open."""
    for group in site().get_sidebar_list(request):
        for one in group["items"]:
            if one.get("has_permission", True):
                yield Item(str(one["title"]), str(group.get("title") or ""), one["icon"], str(one["link"]))


def _fits(item: Item, term: str) -> bool:
    title = item.title.casefold()
    return all(word in title for word in term.casefold().split())


site().answer_search(answer)
