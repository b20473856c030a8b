"""Versions of the stages: the list, one of them with what it changes and would do, drafts to write in."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from config import clock
from config.forms import JsonField, told
from config.localtime import DAY
from config.pages import site
from config.refusal import Refused
from config.templatetags.sette import DASH, span_words
from customers.admin.rules import sentence
from customers.models import Stage, StageVersion
from customers.models.stage import LABELS
from customers.presets import PRESETS
from customers.rules import RuleError
from customers.rules.texts import parse_span
from customers.stage_definitions import RULES, Difference, in_order
from customers.stage_versions import (
    VersionError,
    compare,
    delete_draft,
    put_in_force,
    save_draft,
    terms_to_try,
    version_in_force,
)
from customers.trial import Trial, TrialTooSlowError, try_stages

VIEW, CHANGE = "customers.view_stage", "customers.change_stage"
MOMENTS = {
    0: _("now"),
    30: _("30 days ago"),
    90: _("90 days ago"),
    180: _("180 days ago"),
    365: _("a year ago"),
}
TERMS = {
    "rule": _("rule"),
    "stay_rule": _("stay rule"),
    "leave_rule": _("leave rule"),
    "precedence": _("precedence"),
    "dwell": _("stays at least"),
    "interrupts": _("takes in at once"),
    "onward": _("onward"),
    "back": _("back"),
}
SHOWN = 60  # versions in the list
TOLD = 5  # ways in words


class DraftForm(forms.Form):
    """All terms as JSON, and what the draft is for."""

    definitions = JsonField(label=_("Terms"), rows=30)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=500, widget=UnfoldAdminTextInputWidget()
    )


def versions(request: HttpRequest) -> HttpResponse:
    """All of them, the newest first."""
    context = site().page(
        request,
        _("Versions of the stages"),
        versions=StageVersion.objects.all()[:SHOWN],
        used=version_in_force(),
        presets=PRESETS.values(),
        may_change=request.user.has_perm(CHANGE),
    )
    return TemplateResponse(request, "customers/stage_versions.html", context)


def new_draft(request: HttpRequest) -> HttpResponse:
    """A draft that is what is in force, or a trade's preset."""
    preset = PRESETS.get(request.POST.get("preset", ""))
    terms, note = (preset.definitions, str(preset.name)) if preset else ({}, "")
    draft = save_draft(terms, request.user.get_username(), clock.now(), note)
    return redirect("admin:stage_version", draft.pk)


def version(request: HttpRequest, version_id: int) -> HttpResponse:
    """One version; what is posted changes it, deletes it or puts it in force."""
    shown = get_object_or_404(StageVersion, pk=version_id)
    form = DraftForm(initial={"definitions": in_order(shown.definitions), "note": shown.note})
    if request.method == "POST":
        if not request.user.has_perm(CHANGE):
            raise Refused(CHANGE)
        form = DraftForm(request.POST) if "save" in request.POST else form
        if answer := _act(request, shown, form):
            return answer
    context = site().page(
        request,
        _("Version %s") % shown.number if shown.number else _("Draft"),
        version=shown,
        terms=in_order(shown.definitions),
        used=version_in_force(),
        form=form,
        rules=_rules_of(shown),
        differences=[_in_words(one) for one in compare(shown)],
        moments=MOMENTS.items(),
        may_change=request.user.has_perm(CHANGE),
    )
    return TemplateResponse(request, "customers/stage_version.html", context)


def _act(request: HttpRequest, shown: StageVersion, form: DraftForm) -> HttpResponse | None:
    """Do what the button says; None where the form has to be mended."""
    by, now = request.user.get_username(), clock.now()
    try:
        if "delete" in request.POST:
            delete_draft(shown)
            return redirect("admin:stage_versions")
        if "force" in request.POST:
            put = put_in_force(shown, by, now)
            messages.success(
                request, _("Version %d is in force; everybody's stage is looked up anew.") % put.number
            )
            return redirect("admin:stage_version", put.pk)
        if not form.is_valid():
            return None
        save_draft(form.cleaned_data["definitions"], by, now, form.cleaned_data["note"], shown)
    except RuleError as error:
        form.full_clean()
        for problem in told(error.errors):
            messages.error(request, problem)
        return None
    except VersionError:
        messages.error(request, _("Only a draft can be changed or deleted."))
    else:
        messages.success(request, _("The draft is kept."))
    return redirect("admin:stage_version", shown.pk)


def _rules_of(shown: StageVersion) -> list[tuple[str, list[dict[str, Any]]]]:
    """Of each stage its three rules, with their places in the JSON and in words."""
    return [
        (
            slug,
            [
                {"part": f"{slug}.{field}", "title": f"{LABELS[slug]}: {TERMS[field]}", "field": TERMS[field]}
                | {"said": _said(field, shown.definitions[slug][field])}
                for field in RULES
            ],
        )
        for slug in LABELS
    ]


def _in_words(one: Difference) -> dict[str, Any]:
    """A difference as the page tells it: rules in words."""
    was, is_now = (_said(one.field, value) for value in (one.was, one.now))
    return {"stage": one.stage, "field": TERMS[one.field], "was": was, "now": is_now}


def _said(field: str, value: Any) -> Any:
    """One term in words; a dash for what there is none of."""
    if value is None or value == {}:
        return DASH
    if field in RULES:
        return sentence(value)
    if field == "dwell":
        return span_words(parse_span(value))
    if field == "interrupts":
        return _("yes") if value else _("no")
    ways = {"onward": Stage.Onward, "back": Stage.Back}
    return ways[field](value).label if field in ways else value


def trial(request: HttpRequest, version_id: int) -> HttpResponse:
    """Who would go where by this version, now or so many days ago."""
    shown = get_object_or_404(StageVersion, pk=version_id)
    asked = request.GET.get("days", "0")
    days = int(asked) if asked in map(str, MOMENTS) else 0
    now = clock.now()
    context: dict[str, Any] = {}
    try:
        tried = try_stages(terms_to_try(shown, now), now, now - days * DAY if days else None)
        context = _shown(tried)
    except TrialTooSlowError as error:
        context["problems"] = [str(error)]
    except RuleError as error:
        context["problems"] = told(error.errors)
    return TemplateResponse(request, "customers/stage_trial.html", context)


def _shown(tried: Trial) -> dict[str, Any]:
    """The matrix from → to, the greatest ways in words."""
    stages = {stage.number: stage for stage in Stage.objects.all()}
    counts = {(way.start, way.end): way for way in tried.ways}
    ends = [*stages, *([None] if (None, None) in counts else [])]
    rows = [
        (
            stages.get(start or 0),
            [(end == start, counts.get((start, end))) for end in ends],
            sum(way.customers for way in tried.ways if way.start == start),
        )
        for start in (*stages, None)
    ]
    moves = [(stages.get(way.start or 0), stages.get(way.end or 0), way) for way in tried.moves]
    return {
        "trial": tried,
        "ends": [stages.get(end or 0) for end in ends],
        "rows": [row for row in rows if row[2]],
        "moves": moves[:TOLD],
    }


site().add_page("stages/versions/", versions, "stage_versions", VIEW)
site().add_page("stages/versions/new/", require_POST(new_draft), "stage_version_new", CHANGE)
site().add_page("stages/versions/<int:version_id>/", version, "stage_version", VIEW)
site().add_page("stages/versions/<int:version_id>/try/", trial, "stage_version_try", VIEW)
