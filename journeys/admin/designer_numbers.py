"""Live numbers for the canvas, and the page of those who are behind one of them."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from config import clock
from config.pages import site
from config.period import Period
from customers.bounded import TooSlowError, bounded_reads
from journeys.admin.designer import DESIGNER
from journeys.admin.tabs import journey_page
from journeys.counts import ALWAYS, Within
from journeys.models import Journey, JourneyVersion
from journeys.numbers import as_json, numbers_of
from journeys.people import DEEPEST, Behind, UnknownNumberError, people_behind

LONGEST = timedelta(seconds=10)
LONGEST_DIGITS = 9
HEADINGS = {
    "came": _("Who came to the step"),
    "waiting": _("Who stands at the step now"),
    "passed": _("Who went on"),
    "left": _("Who left the journey at the step"),
    "entered": _("Who entered"),
    "ended": _("Whose journey ended"),
    "converted": _("Who reached a goal"),
    "sent": _("To whom it was sent"),
    "held": _("Whose message is held"),
    "suppressed": _("To whom it was not sent"),
    "held_out": _("Who is held out"),
    "failed": _("Whose message failed"),
    "opened": _("Who opened it"),
    "clicked": _("Who clicked in it"),
}


def numbers(request: HttpRequest, journey_id: int) -> JsonResponse:
    """Of a version or all of them, from one day to another or ever; by the brand's calendar."""
    journey = get_object_or_404(Journey, pk=journey_id)
    asked = request.GET.dict()
    try:
        with bounded_reads(LONGEST):
            found = numbers_of(journey.pk, _versions(journey, asked), clock.now(), _within(asked))
    except TooSlowError:
        return JsonResponse({"slow": gettext("This takes too long to count: ask for a shorter time.")})
    return JsonResponse(as_json(found))


def people(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Who is behind a number, fifty at a time."""
    journey = get_object_or_404(Journey, pk=journey_id)
    asked = {key: str(value).replace("\x00", "") for key, value in request.GET.dict().items()}
    page = min(int(number), DEEPEST) if (number := asked.get("page", "")) and _is_number(number) else 0
    what, step, branch = asked.get("what", "entered"), asked.get("step", ""), asked.get("branch", "")
    rows: list[Behind] = []
    has_more = is_slow = False
    try:
        with bounded_reads(LONGEST):
            versions = _versions(journey, asked)
            rows, has_more = people_behind(what, journey.pk, versions, step, branch, _within(asked), page)
    except UnknownNumberError as error:
        raise Http404(str(error)) from None
    except TooSlowError:
        is_slow = True
    return journey_page(
        request,
        journey,
        DESIGNER,
        "journeys/people.html",
        rows=rows,
        heading=HEADINGS[what],
        step=step,
        is_slow=is_slow,
        next_page=_link(request, page + 1) if has_more and page < DEEPEST else "",
    )


def _link(request: HttpRequest, page: int) -> str:
    asked = request.GET.copy()
    asked["page"] = str(page)
    return f"?{asked.urlencode()}"


def _versions(journey: Journey, asked: dict[str, Any]) -> list[int]:
    """The one that is named by its number, else all."""
    versions = JourneyVersion.objects.filter(journey=journey)
    if _is_number(number := asked.get("version", "")):
        versions = versions.filter(number=int(number))
    return list(versions.values_list("pk", flat=True))


def _within(asked: dict[str, Any]) -> Within:
    """The days that are named; where they are none, ever."""
    period = Period.chosen(asked, ZoneInfo(settings.BRAND_TIME_ZONE))
    return Within(period.start, period.end) if period else ALWAYS


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_DIGITS


VIEW, PEOPLE = "journeys.view_journey", "customers.view_customer"
site().add_answer("journeys/<int:journey_id>/numbers/", require_GET(numbers), "journey_numbers", VIEW)
site().add_page("journeys/<int:journey_id>/people/", require_GET(people), "journey_people", PEOPLE)
