"""What the designer asks of simulations: which there are, another one, its numbers, to stop it."""

from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from config import clock
from config.pages import site, who
from journeys.admin.bodies import UnreadableError, body_of
from journeys.admin.simulation import URL_NAME
from journeys.admin.simulation_form import EARLIER, AskForm
from journeys.faults import GraphError
from journeys.models import Journey, Simulation
from journeys.numbers import as_json, simulated_numbers
from journeys.simulate.outcome import Outcome
from journeys.simulate.services import TooManySimulationsError, ask_simulation, cancel_simulation
from journeys.states import JourneyStateError

CHANGE, VIEW = "journeys.change_journey", "journeys.view_journey"


def simulations(request: HttpRequest, journey_id: int) -> JsonResponse:
    """The newest ones of a journey; a POST asks for another one of its draft."""
    journey = get_object_or_404(Journey, pk=journey_id)
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            return JsonResponse({}, status=403)
        return _ask(request, journey)
    rows = Simulation.objects.filter(journey=journey).defer("result").order_by("-pk")[:EARLIER]
    return JsonResponse({"simulations": [_row(row, journey) for row in rows]})


def _ask(request: HttpRequest, journey: Journey) -> JsonResponse:
    try:
        form = AskForm(body_of(request))
        if not form.is_valid():
            errors = [{"path": name, "message": many[0]} for name, many in form.errors.items()]
            return JsonResponse({"errors": errors}, status=400)
        asked = ask_simulation(journey.pk, **form.cleaned_data, now=clock.now(), by=who(request))
    except GraphError as error:
        return JsonResponse({"errors": error.errors}, status=400)
    except (UnreadableError, JourneyStateError, TooManySimulationsError) as error:
        return JsonResponse({"errors": [{"path": "", "message": str(error)}]}, status=400)
    return JsonResponse(_row(asked, journey), status=202)


def simulation_numbers(request: HttpRequest, simulation_id: int) -> JsonResponse:  # noqa: ARG001
    """How far it is; at its end its numbers, in the shape of the live ones."""
    shown = get_object_or_404(Simulation.objects.select_related("journey"), pk=simulation_id)
    told = _row(shown, shown.journey)
    if shown.result is None:
        return JsonResponse(told)
    outcome = msgspec.convert(shown.result, Outcome)
    return JsonResponse(told | {"numbers": as_json(simulated_numbers(outcome)), "drawn": outcome.customers})


def stop(request: HttpRequest, simulation_id: int) -> JsonResponse:  # noqa: ARG001
    """Stop it; of one that has ended nothing changes."""
    get_object_or_404(Simulation, pk=simulation_id)
    cancel_simulation(simulation_id, clock.now())
    shown = Simulation.objects.select_related("journey").defer("result").get(pk=simulation_id)
    return JsonResponse(_row(shown, shown.journey))


def _row(row: Simulation, journey: Journey) -> dict[str, Any]:
    names = ("simulation_numbers", "simulation_stop")
    numbers, stop_it = (reverse(f"admin:{name}", args=[row.pk]) for name in names)
    return {
        "id": row.pk,
        "state": row.state,
        "said": row.get_state_display(),
        "error": row.error,
        "percent": row.percent,
        "days": row.days,
        "customers": row.customers,
        "asked_at": row.asked_at.isoformat(),
        "is_of_draft": row.draft == journey.draft,
        "urls": {
            "numbers": numbers,
            "stop": stop_it,
            "page": f"{reverse(f'admin:{URL_NAME}', args=[journey.pk])}?show={row.pk}",
        },
    }


answer = site().add_answer
ways = require_http_methods(["GET", "POST"])
answer("journeys/<int:journey_id>/simulations/", ways(simulations), "journey_simulations", VIEW)
answer(
    "simulations/<int:simulation_id>/numbers/", require_GET(simulation_numbers), "simulation_numbers", VIEW
)
answer("simulations/<int:simulation_id>/stop/", require_POST(stop), "simulation_stop", CHANGE)
