"""Who did what to a journey, and when."""

from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from config.pages import site
from journeys.admin.tabs import add_tab, journey_page
from journeys.models import Journey, JourneyAct

HISTORY = "journey_history"
SHOWN = 200
WORDS = {
    "version": gettext_lazy("version %s"),
    "to": gettext_lazy("to %s"),
    "state": gettext_lazy("as %s"),
    "step": gettext_lazy("step %s"),
    "reason": gettext_lazy("because: %s"),
    "customers": gettext_lazy("customers: %s"),
    "dropped": gettext_lazy("messages dropped: %s"),
    "added": gettext_lazy("added: %s"),
    "removed": gettext_lazy("removed: %s"),
    "changed": gettext_lazy("changed: %s"),
    "around": gettext_lazy("set anew: %s"),
}
# Of what is said beside the steps, the part that was changed is named, not each of its settings.
PARTS = {
    "trigger": gettext_lazy("trigger"),
    "start": gettext_lazy("start"),
    "goals": gettext_lazy("goals"),
    "exits": gettext_lazy("exits"),
    "holdout": gettext_lazy("holdout"),
}


def history_page(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The last acts, the newest first."""
    journey = get_object_or_404(Journey, pk=journey_id)
    acts = JourneyAct.objects.filter(journey=journey).select_related("by").order_by("-pk")[:SHOWN]
    return journey_page(
        request,
        journey,
        HISTORY,
        "journeys/history.html",
        acts=[(act, " · ".join(_told(act))) for act in acts],
    )


def _told(act: JourneyAct) -> Iterator[str]:
    details = act.details | act.details.get("changes", {})
    if "around" in details:
        parts = dict.fromkeys(path.partition(".")[0] for path in details["around"])
        details["around"] = [str(PARTS.get(part, part)) for part in parts]
    if "state" in details:
        details["state"] = Journey.State(details["state"]).label
    for name, words in WORDS.items():
        if value := details.get(name):
            yield str(words) % (", ".join(map(str, value)) if isinstance(value, list) else value)


site().add_page("journeys/<int:journey_id>/history/", history_page, HISTORY, "journeys.view_journey")
add_tab(HISTORY, gettext_lazy("History"))
