"""The page of ready segments: what each would hold, and taking one over."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.forms import told
from config.pages import site
from customers.admin.rules import sentence
from customers.bounded import TooSlowError, bounded_reads
from customers.library import Marks, Ready, measure, ready_segments
from customers.models import Segment
from customers.rules import RuleError
from customers.segments import save_segment

LONGEST = timedelta(seconds=5)


def show(request: HttpRequest) -> HttpResponse:
    """All of them, with what they say here, and those that are taken over already."""
    marks = _measured(clock.now())
    taken = dict(Segment.objects.values_list("slug", "pk"))
    rows = [(ready, sentence(ready.rule), taken.get(ready.slug)) for ready in ready_segments(marks)]
    context: dict[str, Any] = {"rows": rows, "marks": marks, "are_usual": marks == Marks()}
    context["may_add"] = request.user.has_perm("customers.add_segment")
    page = site().page(request, _("Ready segments"), **context)
    return TemplateResponse(request, "customers/ready.html", page)


def take(request: HttpRequest) -> HttpResponse:
    """Make one of them a segment of one's own, and go there."""
    now = clock.now()
    found = {ready.slug: ready for ready in ready_segments(_measured(now))}.get(request.POST.get("slug", ""))
    if found is None:
        messages.error(request, _("There is no such ready segment; choose one of the list."))
        return redirect("admin:segment_ready")
    try:
        segment = save_segment(_segment(found), now)
    except RuleError as error:
        for problem in told(error.errors):
            messages.error(request, problem)
        return redirect("admin:segment_ready")
    messages.success(
        request, _("%(name)s is a segment of yours now; change it as you like.") % {"name": segment}
    )
    return redirect("admin:customers_segment_change", segment.pk)


def _segment(ready: Ready) -> Segment:
    return Segment(slug=ready.slug, name=ready.name, description=ready.description, rule=ready.rule)


def _measured(now: datetime) -> Marks:
    """The shop's own marks; the usual ones where to measure them takes too long."""
    try:
        with bounded_reads(LONGEST):
            return measure(now)
    except TooSlowError:
        return Marks()


site().add_page("segments/ready/", require_GET(show), "segment_ready", "customers.view_segment")
site().add_page("segments/ready/take/", require_POST(take), "segment_take", "customers.add_segment")
