"""Imports: a file is uploaded, its columns are said, it is tried, and then imported."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from unfold.widgets import UnfoldAdminFileFieldWidget

from config import clock
from config.csv import CsvError
from config.download import csv_file
from config.forms import told
from config.pages import Empty, Page, site
from customers.imports import services
from customers.imports.cells import Type
from customers.imports.columns import NAMED, OF, TYPED, ColumnsError, To
from customers.imports.intake import first_rows, take_in
from customers.models import Import

FILE = UnfoldAdminFileFieldWidget({"id": "import-file", "accept": ".csv,text/csv,text/plain"})
LOOKS = {
    Import.State.DONE: "good",
    Import.State.RUNNING: "accent",
    Import.State.CHECKING: "accent",
    Import.State.STOPPED: "bad",
}


@admin.register(Import)
class ImportAdmin(Page):
    """Files that became customers, consents, events and products, or are to."""

    list_display = (
        "name",
        "kind",
        "stands",
        "rows",
        "created",
        "changed",
        "rejected",
        "created_at",
        "created_by",
    )
    list_filter = ("kind", "state")
    ordering = ("-id",)
    empty = Empty(
        gettext_lazy(
            "No import yet. Customers, consents, events and products come in from a CSV file, as any program"
            " writes it."
        ),
        gettext_lazy("Import a CSV file"),
        "admin:customers_import_add",
    )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is discarded on its page, once it is not under way."""
        return False

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponseBase:
        """Where a file is uploaded."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return upload(request)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",  # noqa: ARG002
        extra_context: Any = None,  # noqa: ARG002
    ) -> HttpResponseBase:
        """One import: its columns, what it would do, how far it is, what became of it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        one = get_object_or_404(Import, pk=object_id if object_id.isdigit() else 0)
        return show(request, one)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def stands(self, one: Import) -> SafeString:
        """How far it is."""
        return chip(one)


def chip(one: Import) -> SafeString:
    """The state of an import."""
    look = LOOKS.get(Import.State(one.state), "plain")
    return format_html('<span class="s-chip s-chip-{}">{}</span>', look, one.get_state_display())


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file in, or say what is wrong with it."""
    kind = request.POST.get("kind", request.GET.get("kind", Import.Kind.CUSTOMERS))
    context: dict[str, Any] = {
        "kinds": Import.Kind.choices,
        "kind": kind,
        "file_input": FILE.render("file", None),
    }
    if request.method == "POST":
        try:
            made = _taken(request, kind)
        except CsvError as error:
            context["problem"] = str(error)
        else:
            return redirect("admin:customers_import_change", made.pk)
    return TemplateResponse(
        request, "customers/import_new.html", site().page(request, _("Import a CSV file"), **context)
    )


def _taken(request: HttpRequest, kind: str) -> Import:
    file = request.FILES.get("file")
    if file is None or file.file is None or kind not in Import.Kind.values:
        raise CsvError(_("Choose a file, and say what its rows are."))
    return take_in(file.file, kind, file.name or "", clock.now(), request.user.get_username())


def show(request: HttpRequest, one: Import, problems: list[str] | None = None) -> HttpResponse:
    """The page of one import."""
    sample = first_rows(one)
    columns = [
        {**column, "place": place, "header": one.header[place], "cells": _cells(sample, place)}
        for place, column in enumerate(one.columns)
    ]
    context = {
        **_state(request, one),
        "columns": columns,
        "targets": [
            (to, to.label, to in NAMED, to in TYPED | {To.SAID_AT, To.PRICE})
            for to in OF[Import.Kind(one.kind)]
        ],
        "types": Type.choices,
        "problems": problems or [],
        "is_open": one.state in services.OPEN,
    }
    return TemplateResponse(request, "customers/import.html", site().page(request, one.name, **context))


def _cells(sample: list[list[str]], place: int) -> list[str]:
    return [row[place] for row in sample if place < len(row) and row[place]][:3]


def _state(request: HttpRequest, one: Import) -> dict[str, Any]:
    is_under_way = one.state in services.UNDER_WAY
    return {
        "one": one,
        "chip": chip(one),
        "is_under_way": is_under_way,
        "percent": min(99, 100 * one.done // one.rows) if one.rows else 0,
        "set_off": services.set_off(one) if one.state == Import.State.CHECKED else [],
        "may_change": request.user.has_perm(CHANGE),
    }


def progress(request: HttpRequest, import_id: int) -> HttpResponse:
    """How far it is; asked again while it is under way."""
    one = get_object_or_404(Import, pk=import_id)
    return TemplateResponse(request, "customers/import_state.html", _state(request, one))


def act(request: HttpRequest, import_id: int) -> HttpResponse:
    """Keep what is said of the columns, have it tried, start it, stop it, or discard it."""
    one = get_object_or_404(Import, pk=import_id)
    wanted = ACTS.get(request.POST.get("do", ""))
    try:
        if wanted is not None:
            wanted(request, one)
    except ColumnsError as error:
        return show(request, one, told(error.errors))
    except services.StateError as error:
        messages.error(request, str(error))
    if not Import.objects.filter(pk=import_id).exists():
        return redirect("admin:customers_import_changelist")
    return redirect("admin:customers_import_change", import_id)


def _set_up(request: HttpRequest, one: Import) -> None:
    said = [
        {name: request.POST.get(f"{name}-{place}", "").strip() for name in ("to", "name", "type")}
        for place in range(len(one.header))
    ]
    one.columns = said
    services.set_up(
        one,
        said,
        event=request.POST.get("event", "").strip()[:200],
        wording=request.POST.get("wording", "").strip(),
    )


def _check(request: HttpRequest, one: Import) -> None:
    _set_up(request, one)
    services.begin_check(one)


def _start(request: HttpRequest, one: Import) -> None:
    services.begin(one, clock.now(), is_quiet="quiet" in request.POST)


ACTS: dict[str, Callable[[HttpRequest, Import], Any]] = {
    "check": _check,
    "start": _start,
    "stop": lambda _request, one: services.stop(one, clock.now()),
    "discard": lambda _request, one: services.discard(one),
}


def rejected(request: HttpRequest, import_id: int) -> StreamingHttpResponse:  # noqa: ARG001
    """The rejected rows as CSV, to be mended and imported again."""
    one = get_object_or_404(Import, pk=import_id)
    return csv_file(services.report(one), f"rejected-{one.pk}")


CHANGE, VIEW = "customers.change_import", "customers.view_import"
site().add_page("imports/<int:import_id>/act/", require_POST(act), "import_act", CHANGE)
site().add_page("imports/<int:import_id>/state/", require_GET(progress), "import_state", VIEW)
site().add_page("imports/<int:import_id>/rejected/", require_GET(rejected), "import_rejected", VIEW)
