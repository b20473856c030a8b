"""What the designer's script asks of the server: to keep the draft, to look it over, what can be chosen."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.pages import site, who
from customers.bounded import TooSlowError
from customers.suggestions import UnknownSourceError
from journeys import services
from journeys.acts import last_drafted
from journeys.admin.bodies import UnreadableError, body_of
from journeys.editing import told_of
from journeys.faults import GraphError
from journeys.looking import look_for
from journeys.models import Journey
from journeys.states import JourneyStateError

LONGEST_TERM = 200
Body = dict[str, Any]


def save(request: HttpRequest, journey_id: int) -> JsonResponse:
    """Keep the draft, if it is what was edited that is changed; and tell what is still wrong with it."""
    journey = get_object_or_404(Journey, pk=journey_id)
    try:
        body = body_of(request)
        revision = None if body.get("force") is True else _revision(body)
        saved = services.save_draft(journey.pk, body.get("graph", {}), who(request), revision)
    except services.StaleDraftError as error:
        return JsonResponse(_stale(error.journey), status=409)
    except (UnreadableError, JourneyStateError) as error:
        return JsonResponse({"errors": [{"path": "", "message": str(error)}]}, status=400)
    except GraphError as error:
        return JsonResponse({"errors": error.errors}, status=400)
    return JsonResponse({"revision": saved.revision, "check": told_of(saved.draft, clock.now())})


def copy(request: HttpRequest, journey_id: int) -> JsonResponse:
    """A new journey with a graph as its draft, beside the one that it was made from."""
    journey = get_object_or_404(Journey.objects.select_related("serves", "leads_to"), pk=journey_id)
    try:
        copied = services.copy_journey(journey, body_of(request).get("graph", {}), who(request))
    except UnreadableError as error:
        return JsonResponse({"errors": [{"path": "", "message": str(error)}]}, status=400)
    except GraphError as error:
        return JsonResponse({"errors": error.errors}, status=400)
    return JsonResponse({"url": reverse("admin:journey_designer", args=[copied.pk])})


def check(request: HttpRequest, journey_id: int) -> JsonResponse:
    """What is wrong with a graph, what it says and which branches it has; nothing is kept."""
    get_object_or_404(Journey, pk=journey_id)
    try:
        graph = body_of(request).get("graph", {})
        services.check_storable(graph)
    except UnreadableError as error:
        return JsonResponse({"errors": [{"path": "", "message": str(error)}]}, status=400)
    except GraphError as error:
        return JsonResponse({"errors": error.errors}, status=400)
    return JsonResponse(told_of(graph, clock.now()))


def look(request: HttpRequest, journey_id: int) -> JsonResponse:
    """What of a kind contains `q`; `of` narrows it down: the channel of contents, the event of properties."""
    get_object_or_404(Journey, pk=journey_id)
    given = {key: str(value).replace("\x00", "")[:LONGEST_TERM] for key, value in request.GET.dict().items()}
    try:
        found = look_for(given.get("what", ""), given.get("q", ""), given.get("of", ""))
    except UnknownSourceError as error:
        return JsonResponse({"results": [], "detail": str(error)}, status=404)
    except TooSlowError:
        return JsonResponse({"results": []})
    return JsonResponse({"results": [one.as_json() for one in found]})


def _revision(body: Body) -> int:
    revision = body.get("revision")
    if isinstance(revision, bool) or not isinstance(revision, int):
        raise UnreadableError(_("The number of the revision that was edited is needed."))
    return revision


def _stale(journey: Journey) -> Body:
    """What somebody else has saved meanwhile, who, and when."""
    act = last_drafted(journey.pk)
    return {
        "detail": _("Somebody else has changed this journey meanwhile."),
        "revision": journey.revision,
        "graph": journey.draft,
        "by": str(act.by) if act and act.by else "",
        "at": act.at.isoformat() if act else None,
    }


CHANGE, VIEW = "journeys.change_journey", "journeys.view_journey"
answer = site().add_answer
answer("journeys/<int:journey_id>/save/", require_POST(save), "journey_save", CHANGE)
answer("journeys/<int:journey_id>/copy/", require_POST(copy), "journey_copy", "journeys.add_journey")
answer("journeys/<int:journey_id>/check/", require_POST(check), "journey_check", VIEW)
answer("journeys/<int:journey_id>/look/", require_GET(look), "journey_look", VIEW)
