"""The map of journeys, and the page of each: its picture with counts, its versions, its draft."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from config import clock
from config.forms import JsonField, told
from config.pages import Page, site, who
from customers.models import Stage
from journeys import checks, services
from journeys.counts import journey_counts, step_counts
from journeys.drawing import TRIGGER, draw
from journeys.graph import GraphError
from journeys.models import Journey, JourneyVersion
from journeys.sayings import saying

State = Journey.State
DESCRIBED = ("name", "slug", "description", "serves", "leads_to")
START = {
    "trigger": {"kind": "event", "event": "Order Completed"},
    "start": "thanks",
    "steps": [
        {"id": "thanks", "kind": "wait", "settings": {"span": "P1D"}, "branches": {"next": None}},
    ],
}
# What can be done with a journey in each state: the move, its name, whether it is the main thing.
MOVES: dict[str, list[tuple[str, Any, bool]]] = {
    State.DRAFT: [("publish", _("Publish"), True), ("archive", _("Archive"), False)],
    State.LIVE: [("publish", _("Publish the draft as next version"), False), ("pause", _("Pause"), True)],
    State.PAUSED: [
        ("publish", _("Publish the draft as next version"), False),
        ("resume", _("Resume"), True),
        ("archive", _("Archive"), False),
    ],
    State.ARCHIVED: [],
}
DONE = {
    "publish": _("Published: new customers enter this version."),
    "pause": _("Paused: nobody enters or moves, nothing is sent."),
    "resume": _("Live again: whoever is due moves on."),
    "archive": _("Archived."),
}


class JourneyForm(forms.ModelForm):  # type: ignore[type-arg]
    """Name, place on the map, and the draft as JSON. A draft may be saved while it is not finished."""

    draft = JsonField(label=_("Draft"), initial=START, rows=28)

    class Meta:
        model = Journey
        fields = (*DESCRIBED, "draft")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean_draft(self) -> dict[str, Any]:
        """An object; what is still wrong with it is told on the page and refused at publishing."""
        draft = self.cleaned_data["draft"]
        try:
            services.check_storable(draft)
        except GraphError as error:
            raise forms.ValidationError(told(error.errors)) from error
        return dict(draft)


@admin.register(Journey)
class JourneyAdmin(Page):
    """All journeys on one map; each with its picture."""

    form = JourneyForm
    change_form_template = "journeys/change.html"
    prepopulated_fields = {"slug": ("name",)}
    fields = (("name", "slug"), "description", ("serves", "leads_to"), "draft")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A journey is archived: its history stays."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Journey | None = None) -> bool:
        """An archived journey stays as it is."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (obj is None or obj.state != State.ARCHIVED)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """The map of seven columns."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        words, archived = request.GET.get("q", "").replace("\x00", ""), bool(request.GET.get("archived"))
        journeys = Journey.objects.filter(Q(name__icontains=words) | Q(slug__icontains=words))
        if not archived:
            journeys = journeys.exclude(state=State.ARCHIVED)
        counts = journey_counts()
        rows = [(row, counts.get(row.pk)) for row in journeys.select_related("serves", "leads_to")]
        columns = [
            (stage, [pair for pair in rows if pair[0].serves_id == stage.number])
            for stage in Stage.objects.order_by("number")
        ]
        context = site().page(
            request,
            _("Journeys"),
            columns=columns,
            words=words,
            archived=archived,
            may_add=self.has_add_permission(request),
            **(extra_context or {}),
        )
        return TemplateResponse(request, "journeys/map.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form under the journey's picture."""
        journey = Journey.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = _picture(journey, request.GET.get("show", "")) if journey else {}
        context["may_publish"] = self.has_change_permission(request, journey)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Journey, form: Any, change: bool) -> None:  # noqa: FBT001, ARG002
        """By the services, which own the rules of it."""
        values = {name: form.cleaned_data[name] for name in DESCRIBED}
        draft = form.cleaned_data["draft"]
        if change:
            Journey.objects.filter(pk=obj.pk).update(**values)
            services.save_draft(obj.pk, draft)
        else:
            obj.pk = services.create_journey(draft=draft, **values).pk


def _picture(journey: Journey, show: str) -> dict[str, Any]:
    """A version, as asked for or the live one, with its counts; else the draft."""
    versions = list(JourneyVersion.objects.filter(journey=journey).order_by("-number")[:12])
    wanted = {str(version.number): version for version in versions}
    live = next((version for version in versions if version.pk == journey.live_version_id), None)
    shown = None if show == "draft" else wanted.get(show, live)
    drawing = draw(shown.graph if shown else journey.draft)
    counts = step_counts([shown.pk]) if shown else {}
    problems = _problems(journey)
    return {
        "version": live,
        "versions": versions,
        "shown": {"number": shown.number if shown else 0},
        "drawing": drawing,
        "boxes": [
            (box, counts.get(box.id), saying(TRIGGER if box.id == TRIGGER else box.kind, box.settings))
            for box in drawing.boxes
        ],
        "totals": journey_counts().get(journey.pk),
        "moves": MOVES[journey.state],
        "problems": problems,
        "checked": not shown and not problems,
    }


def _problems(journey: Journey) -> list[str]:
    try:
        checks.check(journey.draft)
    except GraphError as error:
        return told(error.errors)
    return []


def move(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Publish, pause, resume or archive; what keeps it from that is told."""
    journey = get_object_or_404(Journey, pk=journey_id)
    wanted = request.POST.get("move", "")
    allowed = {name for name, _label, _main in MOVES[journey.state]}
    if wanted not in allowed:
        messages.error(request, _("The journey is in another state by now: look again."))
        return redirect("admin:journeys_journey_change", journey_id)
    try:
        _act(journey, wanted, request)
    except GraphError as error:
        for problem in told(error.errors):
            messages.error(request, problem)
    except services.JourneyStateError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, DONE[wanted])
    return redirect("admin:journeys_journey_change", journey_id)


def _act(journey: Journey, wanted: str, request: HttpRequest) -> None:
    now = clock.now()
    match wanted:
        case "publish":
            services.publish(journey.pk, now, by=who(request))
        case "pause":
            services.pause(journey.pk)
        case "resume":
            services.resume(journey.pk, now)
        case _:
            services.archive(journey.pk, now)


site().add_page(
    "journeys/<int:journey_id>/move/", require_POST(move), "journey_move", "journeys.change_journey"
)
