"""How a new journey begins: with one that is ready, by stage, or with an empty one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from config.pages import site, who
from customers.models import Stage
from journeys.admin.designer import DESIGNER
from journeys.drawing import TRIGGER, draw
from journeys.ready import ReadyJourney, ready_journeys, take_over
from journeys.sayings import saying

ADD = "journeys.add_journey"


def show(request: HttpRequest) -> HttpResponse:
    """The ready ones by the stage that they serve."""
    found = ready_journeys().values()
    columns = [
        (stage, [_card(one) for one in found if one.journey.serves == stage.slug])
        for stage in Stage.objects.order_by("number")
    ]
    context = site().page(request, _("New journey"), columns=columns)
    return TemplateResponse(request, "journeys/gallery.html", context)


def look(request: HttpRequest, slug: str) -> HttpResponse:
    """One of them: its picture, what it sends, its goals and tests."""
    ready = _found(slug)
    drawing = draw(ready.journey.draft)
    said = [
        (box, None, saying(TRIGGER if box.id == TRIGGER else box.kind, box.settings)) for box in drawing.boxes
    ]
    language = get_language() or "en"
    context = site().page(
        request,
        ready.said(language).name,
        ready=ready,
        said=ready.said(language),
        serves=Stage.objects.get(slug=ready.journey.serves),
        leads_to=Stage.objects.get(slug=ready.journey.leads_to),
        drawing=drawing,
        boxes=said,
        contents=[(one, one.texts.get(language.split("-")[0], one.texts["en"])) for one in ready.contents],
    )
    return TemplateResponse(request, "journeys/ready.html", context)


def take(request: HttpRequest, slug: str) -> HttpResponse:
    """Make a draft of it, and draw on."""
    journey = take_over(_found(slug), get_language() or "en", who(request))
    messages.success(
        request, _("%(name)s is a draft of yours now; change it as you like.") % {"name": journey}
    )
    return redirect(f"admin:{DESIGNER}", journey.pk)


def _found(slug: str) -> ReadyJourney:
    ready = ready_journeys().get(slug)
    if ready is None:
        raise Http404(_("There is no such ready journey."))
    return ready


def _card(ready: ReadyJourney) -> dict[str, Any]:
    """Its words, and its picture in small."""
    said = ready.said(get_language() or "en")
    return {"slug": ready.slug, "said": said, "drawing": draw(ready.journey.draft)}


site().add_page("journeys/new/", require_GET(show), "journey_new", ADD)
site().add_page("journeys/new/<slug:slug>/", require_GET(look), "journey_ready", ADD)
site().add_page("journeys/new/<slug:slug>/take/", require_POST(take), "journey_take", ADD)
