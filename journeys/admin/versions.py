"""The versions of a journey: how many are inside each, what they say differently, the way back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from config.pages import site
from config.roles import DRAFT_JOURNEYS, SEND
from journeys.admin.tabs import add_tab, journey_page
from journeys.diff import Difference, difference
from journeys.models import Journey, JourneyVersion, VersionMove
from journeys.moves import standing_counts

VERSIONS = "journey_versions"
SHOWN = 60
DRAFT = "draft"


def versions_page(request: HttpRequest, journey_id: int) -> HttpResponse:
    """All versions, and the difference of the two that are chosen: else of the live one and the draft."""
    journey = get_object_or_404(Journey.objects.select_related("live_version"), pk=journey_id)
    rows = list(JourneyVersion.objects.filter(journey=journey).select_related("published_by")[:SHOWN])
    inside = standing_counts(journey.pk)
    live = str(journey.live_version.number) if journey.live_version else DRAFT
    old, new = request.GET.get("old", live), request.GET.get("new", DRAFT)
    return journey_page(
        request,
        journey,
        VERSIONS,
        "journeys/versions.html",
        rows=[(row, sum(inside.get(row.number, {}).values())) for row in rows],
        moves=VersionMove.objects.filter(journey=journey)
        .select_related("from_version", "to_version")
        .order_by("-pk")[:10],
        choices=[(DRAFT, _("Draft")), *((str(row.number), f"v{row.number}") for row in rows)],
        old=old,
        new=new,
        found=_difference(journey, rows, old, new),
        may_ask=request.user.has_perm(DRAFT_JOURNEYS) and journey.state != "archived",
        may_publish=request.user.has_perm(SEND) and journey.state != "archived",
    )


def _difference(journey: Journey, rows: list[JourneyVersion], old: str, new: str) -> Difference:
    graphs: dict[str, Any] = {str(row.number): row.graph for row in rows} | {DRAFT: journey.draft}
    return difference(graphs.get(old, {}), graphs.get(new, {}))


site().add_page("journeys/<int:journey_id>/versions/", versions_page, VERSIONS, "journeys.view_journey")
add_tab(VERSIONS, _("Versions"))
