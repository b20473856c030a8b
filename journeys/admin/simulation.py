"""The page on which a journey's draft is simulated: what is asked, how far it is, and what it told."""

from typing import Any

import msgspec
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from channels.models import MessageState, Reason
from config import clock
from config.forms import told
from config.pages import site, who
from journeys import checks
from journeys.admin.simulation_form import EARLIER, AskForm
from journeys.admin.tabs import add_tab, journey_page
from journeys.drawing import TRIGGER, draw
from journeys.faults import GraphError
from journeys.models import Journey, Simulation
from journeys.numbers import simulated_counts
from journeys.sayings import saying
from journeys.simulate.chart import day_chart, levels
from journeys.simulate.outcome import Outcome
from journeys.simulate.services import (
    TooManySimulationsError,
    ask_simulation,
    cancel_simulation,
)
from journeys.simulate.stops import stride
from journeys.states import JourneyStateError

URL_NAME = "journey_simulation"


def simulation(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The form, and the simulation that is chosen, else the newest."""
    journey = get_object_or_404(Journey, pk=journey_id)
    rows = list(Simulation.objects.filter(journey=journey).order_by("-pk")[:EARLIER])
    chosen = request.GET.get("show", "")
    shown = next((row for row in rows if str(row.pk) == chosen), rows[0] if rows else None)
    return journey_page(
        request,
        journey,
        URL_NAME,
        "journeys/simulation.html",
        form=AskForm(),
        problems=_problems(journey),
        rows=rows,
        shown=shown,
        may_change=request.user.has_perm("journeys.change_journey"),
        **(_told(shown) if shown and shown.result else {}),
    )


def _problems(journey: Journey) -> list[str]:
    try:
        checks.check(journey.draft)
    except GraphError as error:
        return told(error.errors)
    return []


def _told(shown: Simulation) -> dict[str, Any]:
    """What the page shows of a result: pictures, and words for what the engine writes short."""
    outcome = msgspec.convert(shown.result, Outcome)
    drawing = draw(shown.draft)
    counts = simulated_counts(outcome)
    return {
        "told": outcome,
        "drawing": drawing,
        "boxes": [
            (box, counts.get(box.id), saying(TRIGGER if box.id == TRIGGER else box.kind, box.settings))
            for box in drawing.boxes
        ],
        "fates": [
            (state, MessageState(state).label, Reason(reason).label if reason else "", many)
            for state, reason, many in outcome.reasons
        ],
        "candidates": sum(outcome.fates.values()),
        "chart": day_chart(outcome),
        "levels": levels(outcome.without, outcome.pressure),
        "stride": stride(shown.days),
    }


def ask(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Ask for a simulation of the draft as it is now; what keeps it from that is told."""
    form = AskForm(request.POST)
    try:
        if form.is_valid():
            ask_simulation(journey_id, **form.cleaned_data, now=clock.now(), by=who(request))
        else:
            messages.error(request, _("Choose how many days and customers."))
    except Journey.DoesNotExist:
        return redirect("admin:journeys_journey_changelist")
    except GraphError as error:
        for problem in told(error.errors):
            messages.error(request, problem)
    except (JourneyStateError, TooManySimulationsError) as error:
        messages.error(request, str(error))
    return redirect(f"admin:{URL_NAME}", journey_id)


def progress(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """How far it is, for htmx; at its end the page is loaded anew."""
    shown = get_object_or_404(Simulation, pk=simulation_id)
    if not shown.is_open:
        return HttpResponse(headers={"HX-Refresh": "true"})
    may_change = request.user.has_perm("journeys.change_journey")
    context = {"shown": shown, "may_change": may_change}
    return TemplateResponse(request, "journeys/simulating.html", context)


def cancel(request: HttpRequest, simulation_id: int) -> HttpResponse:
    """Stop it."""
    shown = get_object_or_404(Simulation, pk=simulation_id)
    if cancel_simulation(shown.pk, clock.now()):
        messages.success(request, _("The simulation was cancelled."))
    return redirect(f"admin:{URL_NAME}", shown.journey_id)


CHANGE, VIEW = "journeys.change_journey", "journeys.view_journey"
site().add_page("journeys/<int:journey_id>/simulation/", require_GET(simulation), URL_NAME, VIEW)
site().add_page("journeys/<int:journey_id>/simulate/", require_POST(ask), "journey_simulate", CHANGE)
site().add_page(
    "simulations/<int:simulation_id>/progress/", require_GET(progress), "simulation_progress", VIEW
)
site().add_page("simulations/<int:simulation_id>/cancel/", require_POST(cancel), "simulation_cancel", CHANGE)
add_tab(URL_NAME, _("Simulation"))
