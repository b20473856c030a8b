"""The page on which a journey is drawn, and all that its script begins with."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from channels.models import ChannelKind
from channels.provider import EventKind
from config import clock
from config.pages import site
from config.templatetags.sette import BRANCHES, channel_name
from customers.models import Stage
from journeys import kinds
from journeys.admin.designer_words import WORDS
from journeys.admin.simulation_form import CUSTOMERS, DAYS
from journeys.admin.tabs import OVERVIEW, add_tab, journey_page
from journeys.admin.walks import made_up
from journeys.models import Journey, JourneyVersion, Simulation
from journeys.trigger_sayings import HAPPENED

DESIGNER = "journey_designer"
SHOWN = 60  # versions to choose from
OF_JOURNEY = {  # what the script asks, and the pages to which it leads, by the names of their URLs
    "save": "journey_save",
    "check": "journey_check",
    "look": "journey_look",
    "numbers": "journey_numbers",
    "people": "journey_people",
    "overview": OVERVIEW,
    "publish": "journey_publish",
    "versions": "journey_versions",
    "walk": "journey_walk",
    "keep_test": "journey_keep_test",
    "simulations": "journey_simulations",
    "tests": "journey_tests",
    "comments": "journey_comments",
    "goals": "journey_goals",
}
OF_RULES = ("vocabulary", "suggestions", "customers", "read", "preview", "explain")


def designer(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The canvas; whoever may not change journeys looks at it."""
    journeys = Journey.objects.select_related("serves", "leads_to", "live_version")
    journey = get_object_or_404(journeys, pk=journey_id)
    return journey_page(
        request,
        journey,
        DESIGNER,
        "journeys/designer.html",
        boot=boot(request, journey),
    )


def boot(request: HttpRequest, journey: Journey) -> dict[str, Any]:
    """The journey as it is edited, what it can be made of, words, and where to ask for more."""
    may_change = request.user.has_perm("journeys.change_journey") and journey.state != Journey.State.ARCHIVED
    may_add = request.user.has_perm("journeys.add_journey")
    live = journey.live_version
    return {
        "journey": {
            "slug": journey.slug,
            "name": journey.name,
            "state": journey.state,
            "serves": _stage(journey.serves),
            "leads_to": _stage(journey.leads_to),
            "url": reverse(f"admin:{OVERVIEW}", args=[journey.pk]),
        },
        "draft": journey.draft,
        "revision": journey.revision,
        "live": live.graph if live else None,
        "live_version": live.number if live else None,
        "versions": _versions(journey),
        "can": {
            "edit": may_change,
            "publish": may_change,
            "see_people": request.user.has_perm("customers.view_customer"),
        },
        "triggers": kinds.triggers(),
        "steps": kinds.steps(),
        "groups": kinds.groups(),
        "parts": kinds.parts(),
        "simulation": {
            "days": [[days, str(words)] for days, words in DAYS],
            "customers": [many for many, _words in CUSTOMERS],
            "is_running": Simulation.objects.filter(
                journey=journey, state__in=["queued", "running"]
            ).exists(),
        },
        "rehearsal": {
            "person": made_up(),
            "channels": [[channel.value, channel_name(channel)] for channel in ChannelKind],
            "answers": [[what.value, str(HAPPENED.get(what, what))] for what in EventKind],
            "now": clock.now().replace(second=0, microsecond=0).isoformat(),
        },
        "branch_names": {name: str(word) for name, word in BRANCHES.items()},
        "words": {key: str(word) for key, word in WORDS.items()},
        "urls": {key: reverse(f"admin:{name}", args=[journey.pk]) for key, name in OF_JOURNEY.items()}
        | ({"copy": reverse("admin:journey_copy", args=[journey.pk])} if may_add else {})
        | {"login": reverse("admin:login")},
        "rule_urls": {name: reverse(f"admin:rule_{name}") for name in OF_RULES},
    }


def _stage(stage: Stage) -> dict[str, Any]:
    return {"slug": stage.slug, "number": stage.number, "label": stage.label}


def _versions(journey: Journey) -> list[dict[str, Any]]:
    rows = JourneyVersion.objects.filter(journey=journey).values_list("number", "published_at")[:SHOWN]
    return [{"number": number, "published_at": at.isoformat()} for number, at in rows]


site().add_page("journeys/<int:journey_id>/", designer, DESIGNER, "journeys.view_journey")
add_tab(DESIGNER, _("Designer"))
