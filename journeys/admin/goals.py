"""The goals of one journey: who reached them, what that is worth, and against those who are held out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from config.pages import site
from journeys.admin.tabs import add_tab, journey_page
from journeys.goal_counts import goal_counts
from journeys.graph import Graph
from journeys.leaving import Goal
from journeys.models import Journey
from journeys.sayings import when_words
from journeys.versions import graphs_of

PAGE = "journey_goals"


def goals(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Over all versions; what a goal is is told by the live one."""
    journey = get_object_or_404(Journey, pk=journey_id)
    counts = goal_counts(journey.pk, list(journey.versions.values_list("pk", flat=True)))
    graph = _live(journey)
    return journey_page(
        request,
        journey,
        PAGE,
        "journeys/goals.html",
        rows=[(row, *_told(graph.goals.get(row.goal) if graph else None)) for row in counts],
        holdout=graph.holdout if graph else None,
    )


def _told(goal: Goal | None) -> tuple[Goal | None, str]:
    """The goal, and what reaches it in words."""
    return goal, when_words(goal.when.model_dump()) if goal and goal.when else ""


def _live(journey: Journey) -> Graph | None:
    if journey.live_version_id is None:
        return None
    graph = graphs_of([journey.live_version_id])[journey.live_version_id]
    return graph if isinstance(graph, Graph) else None


site().add_page("journeys/<int:journey_id>/goals/", goals, PAGE, "journeys.view_journey")
add_tab(PAGE, _("Goals"))
