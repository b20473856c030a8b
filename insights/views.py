"""The dashboard and a customer's page: thin, for all that they show is a query of this app."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from channels.ledger import caps_now
from config import clock
from config.pages import site
from config.period import Period
from customers.models import Customer
from insights.attention import concerns
from insights.customers import profile
from insights.fates import fate_report
from insights.readings import pressure
from insights.stages import stage_picture
from insights.timeline import SORTS, timeline
from insights.today import channels_today
from journeys.counts import journey_counts
from journeys.models import Journey

RUNNING = [Journey.State.LIVE, Journey.State.PAUSED, Journey.State.DRAINING]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What unfold's index shows: what needs attention, today, the stages, the messages, the journeys."""
    now = clock.now()
    period = Period.of(request.GET.get("days"), now)
    zone = timezone.get_current_timezone()
    counts = journey_counts()
    running = Journey.objects.filter(state__in=RUNNING).select_related("serves", "leads_to")
    return context | {
        "now": now,
        "period": period,
        "rehearsed": clock.rehearsed(),
        "is_driven": clock.is_driven(),
        "panels": site().panels(now),
        "concerns": concerns(now, request.user.has_perm),
        "today": channels_today(now, zone),
        "pressure": pressure(),
        "picture": stage_picture(period, zone),
        "report": fate_report(period),
        "journeys": [(journey, counts.get(journey.pk)) for journey in running],
    }


def customer_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """All that is known of one customer."""
    customer = get_object_or_404(Customer.objects.select_related("stage"), public_id=public_id)
    now = clock.now()
    context = site().page(
        request,
        str(customer),
        now=now,
        profile=profile(customer, now),
        pressure=caps_now(customer.pk, now),
        **_entries(request, customer),
    )
    return TemplateResponse(request, "insights/customer.html", context)


def customer_timeline(request: HttpRequest, public_id: str) -> HttpResponse:
    """The next page of a timeline, or the first of another sort, for htmx."""
    customer = get_object_or_404(Customer, public_id=public_id)
    context = {"now": clock.now(), **_entries(request, customer)}
    return TemplateResponse(request, "insights/timeline.html", context)


def _entries(request: HttpRequest, customer: Customer) -> dict[str, Any]:
    sort = request.GET.get("sort", "")
    entries, after = timeline(customer, sort, request.GET.get("after", ""))
    choices = [(key, label, key == sort) for key, (label, _sources) in SORTS.items()]
    return {"customer": customer, "entries": entries, "after": after, "sort": sort, "sorts": choices}
