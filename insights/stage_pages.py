"""The pages of the flow between stages, of barriers and of cohorts."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config import clock
from config.pages import site
from config.period import Period
from insights.flow import FlowReport, flow_report
from insights.readings import barriers_read, cohorts_read
from insights.sankey import sankey

WINDOWS = {30: _("30 days"), 90: _("90 days"), 180: _("180 days")}
WITHIN = {0: _("until now"), 7: _("within 7 days"), 30: _("within 30 days"), 90: _("within 90 days")}


def flow(request: HttpRequest) -> HttpResponse:
    """The Sankey diagram of a period, and the same as tables."""
    now = clock.now()
    period = Period.between(request.GET.dict(), now, timezone.get_current_timezone())
    report = flow_report(period.start, period.end, now)
    drawn, titles = _drawn(report)
    last = period.end - timedelta(microseconds=1)
    context = site().page(
        request,
        _("Flow between the stages"),
        period=period,
        report=report,
        drawn=drawn,
        titles=titles,
        first_day=timezone.localtime(period.start).date().isoformat(),
        last_day=timezone.localtime(last).date().isoformat(),
        is_chosen=period.end != now,
    )
    return TemplateResponse(request, "insights/flow.html", context)


def _drawn(report: FlowReport) -> tuple[Any, list[Any]]:
    """The diagram, and with each of its ribbons the transition that it shows."""
    ways = {(one.start.number if one.start else 0, one.end.number): one for one in report.transitions}
    drawn = sankey([(start, end, one.moves) for (start, end), one in ways.items()])
    return drawn, [(ribbon, ways[ribbon.start, ribbon.end]) for ribbon in drawn.ribbons]


def barrier_list(request: HttpRequest) -> HttpResponse:
    """Each stage, who stands there for longer than usual, and whether that is more than expected."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, WINDOWS) else 90
    now = clock.now()
    taken_at, found = barriers_read(days, now)
    context = site().page(
        request,
        _("Barriers"),
        barriers=found,
        taken_at=taken_at,
        now=now,
        days=days,
        choices=[(number, label, number == days) for number, label in WINDOWS.items()],
    )
    return TemplateResponse(request, "insights/barriers.html", context)


def cohort_table(request: HttpRequest) -> HttpResponse:
    """The cohorts of the last year."""
    asked = request.GET.get("within", "")
    days = int(asked) if asked in map(str, WITHIN) else 30
    now = clock.now()
    taken_at, found = cohorts_read(days, now)
    context = site().page(
        request,
        _("Cohorts"),
        cohorts=found,
        taken_at=taken_at,
        now=now,
        choices=[(number, label, number == days) for number, label in WITHIN.items()],
    )
    return TemplateResponse(request, "insights/cohorts.html", context)


site().add_page("stages/flow/", flow, "stage_flow", "customers.view_stage")
site().add_page("stages/barriers/", barrier_list, "stage_barriers", "customers.view_stage")
site().add_page("stages/cohorts/", cohort_table, "stage_cohorts", "customers.view_stage")
