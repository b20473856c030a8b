"""What the designer asks of a rehearsal: one customer's walk through what is drawn, and tests kept of walks.

Nothing of a walk is kept between two requests: each says who walks and what happens, and walks anew.
"""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from config import clock
from config.pages import site
from journeys import kept
from journeys.admin.bodies import UnreadableError, body_of
from journeys.admin.walk_words import told_path
from journeys.faults import GraphError
from journeys.models import Journey
from journeys.rehearsal.terms import Terms, TermsError, parse_terms
from journeys.rehearsal.walk import WalkError, walk
from journeys.services import check_storable
from journeys.step import Json

LONGEST_NAME = 120
PEOPLE = "customers.view_customer"
Asked = Callable[[HttpRequest, Journey, Json], JsonResponse]


def made_up() -> Json:
    """A customer to begin with, who can be changed."""
    return {
        "identities": {"email": "anna@example.com", "phone": "+390612345678"},
        "traits": {"first_name": "Anna"},
        "consents": [{"channel": "email"}, {"channel": "sms"}, {"channel": "push"}],
        "time_zone": settings.BRAND_TIME_ZONE,
    }


def _walking(ask: Asked) -> Callable[[HttpRequest, int], JsonResponse]:
    """The answer to a body: 400 tells what of it is wrong, 503 that there was no time for the walk."""

    @wraps(ask)
    def answer(request: HttpRequest, journey_id: int) -> JsonResponse:
        journey = get_object_or_404(Journey, pk=journey_id)
        try:
            return ask(request, journey, body_of(request))
        except UnreadableError as error:
            return JsonResponse({"errors": [{"path": "", "message": str(error)}]}, status=400)
        except GraphError as error:
            return JsonResponse({"errors": error.errors}, status=400)
        except WalkError as error:
            return JsonResponse({"detail": str(error)}, status=503)

    return answer


@_walking
def walk_graph(request: HttpRequest, journey: Journey, body: Json) -> JsonResponse:
    """The way of a customer through a graph by `terms`, in words."""
    graph = body.get("graph", {})
    check_storable(graph)
    return JsonResponse(told_path(walk(journey, _terms(request, body), graph)))


@_walking
def keep_test(request: HttpRequest, journey: Journey, body: Json) -> JsonResponse:
    """Keep a walk through the draft as a test: what it comes to is what has to come."""
    name = body.get("name")
    if not isinstance(name, str) or not (name := name.strip()[:LONGEST_NAME]):
        raise TermsError([{"path": "", "message": _("Give the test a name.")}])
    terms = _terms(request, body)
    kept.keep_walk(journey, name, terms.model_dump(mode="json", exclude_unset=True), walk(journey, terms))
    return JsonResponse({"name": name})


def _terms(request: HttpRequest, body: Json) -> Terms:
    """Who walks and what happens; a customer who is there for those only who may see customers."""
    given = body.get("terms")
    said: Json = given if isinstance(given, dict) else {}
    terms = parse_terms({"starts_at": clock.now().isoformat(), **said})
    if terms.person.customer is not None and not request.user.has_perm(PEOPLE):
        raise PermissionDenied
    return terms


CHANGE, VIEW = "journeys.change_journey", "journeys.view_journey"
answer = site().add_answer
answer("journeys/<int:journey_id>/walk/", require_POST(walk_graph), "journey_walk", VIEW)
answer("journeys/<int:journey_id>/tests/keep/", require_POST(keep_test), "journey_keep_test", CHANGE)
