"""Journeys as files, by hand: one is downloaded, one is taken in as a draft."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminFileFieldWidget

from config import clock
from config.forms import told
from config.pages import site, who
from journeys.faults import GraphError
from journeys.files import LARGEST, SUFFIXES, Format, read, written
from journeys.filing import Imported, file_of, import_journey
from journeys.models import Journey
from journeys.states import JourneyStateError

OUTCOMES = {
    "created": gettext_lazy("%(name)s: made as a draft."),
    "changed": gettext_lazy("%(name)s: the draft is as the file says. Publish it when it is right."),
    "unchanged": gettext_lazy("%(name)s: it is as the file says already."),
}
KINDS: dict[Format, str] = {"yaml": "application/yaml", "json": "application/json"}


class ImportForm(forms.Form):
    """A file of a journey."""

    file = forms.FileField(label=gettext_lazy("File"), widget=UnfoldAdminFileFieldWidget())


def download(request: HttpRequest, journey_id: int, form: str) -> HttpResponse:  # noqa: ARG001 - a page's shape
    """The journey as a file: name, stages, draft, kept tests."""
    journey = get_object_or_404(Journey.objects.select_related("serves", "leads_to"), pk=journey_id)
    chosen = SUFFIXES.get(f".{form}")
    if chosen is None:
        raise Http404
    head = {"Content-Disposition": f'attachment; filename="{journey.slug}.{chosen}"'}
    return HttpResponse(written(file_of(journey), chosen), content_type=KINDS[chosen], headers=head)


def take_in(request: HttpRequest) -> HttpResponse:
    """Choose a file; what it does is told, and what is wrong with it."""
    form = ImportForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if form.is_bound and form.is_valid():
        try:
            imported = _import(request, form.cleaned_data["file"])
        except GraphError as error:
            problems = told(error.errors)
        except JourneyStateError as error:
            problems = [str(error)]
        else:
            _tell(request, imported)
            return redirect("admin:journeys_journey_change", imported.journey.pk)
    context = site().page(request, _("Import a journey"), form=form, problems=problems)
    return TemplateResponse(request, "journeys/import.html", context)


def _import(request: HttpRequest, file: Any) -> Imported:
    suffix = f".{str(file.name).rpartition('.')[2].lower()}"
    if suffix not in SUFFIXES:
        raise GraphError([{"path": "", "message": _("Choose a file that ends in .yaml or .json.")}])
    try:
        text = file.read(4 * max(LARGEST.values())).decode()
    except UnicodeDecodeError as error:
        raise GraphError([{"path": "", "message": _("The file is not UTF-8 text.")}]) from error
    return import_journey(read(text, SUFFIXES[suffix]), clock.now(), by=who(request))


def _tell(request: HttpRequest, imported: Imported) -> None:
    messages.success(request, OUTCOMES[imported.outcome] % {"name": imported.journey.name})
    if imported.missing:
        words = _("It needs contents that are not there yet: %(contents)s.")
        messages.warning(request, words % {"contents": ", ".join(imported.missing)})


page = site().add_page
page("journeys/<int:journey_id>/file.<str:form>", download, "journey_file", "journeys.view_journey")
page("journeys/import/", take_in, "journey_import", "journeys.add_journey")
