"""What is done with a segment beside its form: archive, change a list, try a rule, compare, export."""

import json
import logging
from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from config import clock
from config.csv import CsvError
from config.download import csv_file
from config.forms import told
from config.masking import is_hidden
from config.pages import site
from config.undo import tell_with_undo
from customers.asking import refuse_personal
from customers.checks import check_rule
from customers.circles import HEIGHT, WIDTH, circles, labels
from customers.definitions import segment_name
from customers.difference import difference
from customers.export import exported_members
from customers.lists import ListError, Named, Operation, change_members
from customers.member_files import named_in
from customers.models import Segment
from customers.overlap import overlap
from customers.preview import PreviewTooSlowError
from customers.rules import RuleError
from customers.segments import archive_segment, restore_segment

logger = logging.getLogger(__name__)
MOVES = {"archive": archive_segment, "restore": restore_segment}


def move(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Archive, or bring back; what keeps it from that is told."""
    segment = get_object_or_404(Segment, pk=segment_id)
    wanted = MOVES.get(request.POST.get("move", ""))
    try:
        if wanted:
            wanted(segment, clock.now())
            _tell_moved(request, segment)
    except RuleError as error:
        for problem in told(error.errors):
            messages.error(request, problem)
    return redirect("admin:customers_segment_change", segment_id)


def _tell_moved(request: HttpRequest, segment: Segment) -> None:
    if segment.archived_at:
        words = gettext("%(segment)s is archived.") % {"segment": segment}
        tell_with_undo(request, words, reverse("admin:segment_move", args=[segment.pk]), move="restore")
    else:
        messages.success(request, gettext("%(segment)s is in use again.") % {"segment": segment})


def members(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Change the members of a list, by a file or by names; a report, or what is at fault."""
    segment = get_object_or_404(Segment, pk=segment_id)
    context: dict[str, Any] = {}
    try:
        operation = Operation(request.POST.get("operation", ""))
        rows = [] if operation == Operation.CLEAR else _named(request)
        report = change_members(segment, operation, rows, clock.now())
        context = {"report": report, "hides": len(report.rows) < report.unknown + report.refused}
    except (CsvError, ListError) as error:
        context["problem"] = str(error)
    except ValueError:
        context["problem"] = gettext("Say what to do with these customers.")
    return TemplateResponse(request, "customers/report.html", context)


def _named(request: HttpRequest) -> Iterable[Named]:
    """Whom the file names, else the text, a name a line; CsvError where neither names anybody."""
    file = request.FILES.get("file")
    if file is not None and file.file is not None:
        return named_in(file.file)
    lines = enumerate(request.POST.get("names", "").splitlines(), start=1)
    rows = [Named(place, line.strip()) for place, line in lines if line.strip()]
    if not rows:
        raise CsvError(gettext("Choose a file, or write a customer a line."))
    return rows


def changes(request: HttpRequest, segment_id: int) -> HttpResponse:
    """Who would enter and leave by the rule that is being written."""
    segment = get_object_or_404(Segment, pk=segment_id)
    context: dict[str, Any] = {}
    try:
        tree = json.loads(request.POST.get("rule", ""))
        rule = check_rule(segment_name(segment.slug), tree, clock.now())
        refuse_personal(tree)
        context["difference"] = difference(segment, rule, clock.now())
    except RuleError as error:
        context["problems"] = told(error.errors)
    except (ValueError, RecursionError) as error:
        context["problems"] = [gettext("This is no JSON: %(why)s") % {"why": error}]
    except PreviewTooSlowError as error:
        context["problems"] = [str(error)]
    return TemplateResponse(request, "customers/difference.html", context)


def export(request: HttpRequest, segment_id: int) -> StreamingHttpResponse:
    """The present members as CSV, with the traits that are asked for."""
    segment = get_object_or_404(Segment, pk=segment_id)
    traits = [name.strip() for name in request.GET.get("traits", "").split(",")]
    logger.info("Person %s exports the members of %s.", request.user.pk, segment.slug)
    lines = exported_members(segment, [name for name in traits if name], is_masked=is_hidden())
    return csv_file(lines, segment.slug)


def compare(request: HttpRequest) -> HttpResponse:
    """How far two segments share their members, drawn and counted."""
    choices = {row.slug: row for row in Segment.objects.filter(archived_at=None)}
    one, other = (choices.get(request.GET.get(name, "")) for name in ("one", "other"))
    context: dict[str, Any] = {"choices": choices.values(), "one": one, "other": other}
    if one and other and one != other:
        shared = overlap(one, other)
        drawn = circles(shared.one, shared.both, shared.other)
        numbers = zip(labels(*drawn), (shared.one, shared.both, shared.other), strict=True)
        context |= {"shared": shared, "width": WIDTH, "height": HEIGHT, "circles": drawn, "numbers": numbers}
    page = site().page(request, _("Overlap of two segments"), **context)
    return TemplateResponse(request, "customers/overlap.html", page)


CHANGE, VIEW, EXPORT = (f"customers.{right}_segment" for right in ("change", "view", "export"))
site().add_page("segments/<int:segment_id>/move/", require_POST(move), "segment_move", CHANGE)
site().add_page("segments/<int:segment_id>/members/", require_POST(members), "segment_members", CHANGE)
site().add_page("segments/<int:segment_id>/difference/", require_POST(changes), "segment_difference", VIEW)
site().add_page("segments/<int:segment_id>/export/", require_GET(export), "segment_export", EXPORT)
site().add_page("segments/overlap/", require_GET(compare), "segment_overlap", VIEW)
