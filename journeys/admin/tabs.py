"""The pages of one journey, in the order of their tabs. A page that adds itself needs no other place."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config.pages import site
from journeys.models import Journey


class Tab(NamedTuple):
    """A page of a journey: the name of its URL in the admin, which takes the journey's id, and its title."""

    url_name: str
    title: Any


class Shown(NamedTuple):
    """A tab as it is drawn above the pages of one journey."""

    url: str
    title: Any
    is_here: bool


OVERVIEW = "journeys_journey_change"
TABS = [Tab(OVERVIEW, _("Overview"))]


def add_tab(url_name: str, title: Any) -> None:
    """Show the page of that URL among a journey's tabs."""
    TABS.append(Tab(url_name, title))


def tabs_of(journey_id: int, here: str) -> Iterator[Shown]:
    """The tabs of a journey's pages; `here` names the URL of the one that is open."""
    for tab in TABS:
        yield Shown(reverse(f"admin:{tab.url_name}", args=[journey_id]), tab.title, tab.url_name == here)


def journey_page(
    request: HttpRequest, journey: Journey, here: str, template: str, **shown: Any
) -> TemplateResponse:
    """A page of a journey, below its tabs; `shown` is what the page itself shows, `title` if not the name."""
    context = {"title": journey.name, "journey": journey, "tabs": list(tabs_of(journey.pk, here))}
    return TemplateResponse(request, template, site().page(request, **context | shown))
