"""The map of journeys, and the overview of each: its picture with counts, its versions, its draft."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from config import clock
from config.forms import JsonField, told
from config.pages import Page, site, who
from config.roles import DRAFT_JOURNEYS, SEND
from customers.models import Stage
from journeys import checks, services
from journeys.admin.designer import DESIGNER
from journeys.admin.entering import entering
from journeys.admin.move import AGES, MANY, MOVES
from journeys.admin.tabs import OVERVIEW, tabs_of
from journeys.comments import open_threads
from journeys.counts import journey_counts, step_counts
from journeys.drawing import TRIGGER, draw
from journeys.goal_counts import goal_counts
from journeys.graph import GraphError
from journeys.mending import lacks
from journeys.models import Journey, JourneyVersion, PublishRequest
from journeys.parked import parked
from journeys.sayings import saying

State = Journey.State
DESCRIBED = ("name", "slug", "description", "serves", "leads_to")


class JourneyForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a journey is called, and its place on the map."""

    class Meta:
        model = Journey
        fields = DESCRIBED
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


class DraftForm(JourneyForm):
    """The same, and the draft as JSON. A draft may be saved while it is not finished."""

    draft = JsonField(label=_("Draft"), required=False, rows=28)  # an empty object is a draft too
    edited = forms.IntegerField(required=False, widget=forms.HiddenInput())  # the revision on the page

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["edited"] = self.instance.revision

    def clean(self) -> dict[str, Any]:
        """Refused where somebody else has changed the draft since the page was loaded."""
        cleaned: dict[str, Any] = super().clean() or {}
        edited = cleaned.get("edited")
        if "draft" in self.changed_data and edited is not None and edited != self.instance.revision:
            self.add_error("draft", _("Somebody else has changed this journey meanwhile."))
        return cleaned

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
    """All journeys on one map; each with its picture. A new one is drawn in the designer."""

    form = DraftForm
    change_form_template = "journeys/change.html"
    prepopulated_fields = {"slug": ("name",)}
    fieldsets = ((None, {"fields": (("name", "slug"), "description", ("serves", "leads_to"))}),)

    def get_fieldsets(self, request: HttpRequest, obj: Journey | None = None) -> Any:
        """Of a journey that is there its draft too."""
        draft = (_("The draft as JSON"), {"fields": ("draft", "edited"), "classes": ("collapse",)})
        return (*super().get_fieldsets(request, obj), *((draft,) if obj else ()))

    def get_form(
        self,
        request: HttpRequest,
        obj: Journey | None = None,
        change: bool = False,  # noqa: FBT001, FBT002 - as Django calls it
        **kwargs: Any,
    ) -> Any:
        """A new one has no draft yet."""
        return super().get_form(request, obj, change, **(kwargs if obj else {"form": JourneyForm, **kwargs}))

    def response_add(
        self, request: HttpRequest, obj: Journey, post_url_continue: str | None = None
    ) -> HttpResponseBase:
        """To the designer, unless another page was asked for."""
        if "_save" in request.POST:
            return redirect(f"admin:{DESIGNER}", obj.pk)
        return super().response_add(request, obj, post_url_continue)  # type: ignore[no-any-return]

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
            many=MANY.items() if self.has_change_permission(request) else (),
            **(extra_context or {}),
        )
        return TemplateResponse(request, "journeys/map.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form under the journey's picture."""
        journey = Journey.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = _picture(journey, request.GET.get("show", "")) if journey else {}
        context["may_publish"] = request.user.has_perm(SEND)
        context["may_ask"] = request.user.has_perm(DRAFT_JOURNEYS)
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Journey, form: Any, change: bool) -> None:  # noqa: FBT001
        """By the services, which own the rules of it."""
        values = {name: form.cleaned_data[name] for name in DESCRIBED}
        if change:
            services.change_journey(obj.pk, form.cleaned_data["draft"], by=who(request), **values)
        else:
            obj.pk = services.create_journey(by=who(request), **values).pk


def _picture(journey: Journey, show: str) -> dict[str, Any]:
    """A version, as asked for or the live one, with its counts; else the draft."""
    versions = list(JourneyVersion.objects.filter(journey=journey).order_by("-number")[:12])
    wanted = {str(version.number): version for version in versions}
    live = next((version for version in versions if version.pk == journey.live_version_id), None)
    shown = None if show == "draft" else wanted.get(show, live)
    drawing = draw(shown.graph if shown else journey.draft)
    counts = step_counts([shown.pk]) if shown else {}
    found = checks.look_over(journey.draft, clock.now())
    totals = journey_counts().get(journey.pk)
    return {
        "tabs": list(tabs_of(journey.pk, OVERVIEW)),
        "version": live,
        "versions": versions,
        "shown": {"number": shown.number if shown else 0},
        "drawing": drawing,
        "boxes": [
            (box, counts.get(box.id), saying(TRIGGER if box.id == TRIGGER else box.kind, box.settings))
            for box in drawing.boxes
        ],
        "totals": totals,
        "parked": parked(journey.pk) if totals and totals.parked else [],
        "entering": entering(journey, clock.now()),
        "goals": goal_counts(journey.pk, _all_versions(journey)),
        "moves": MOVES[journey.state],
        "ages": AGES.items(),
        "problems": told(found.errors),
        "warned": len(found.warnings),
        "checked": not shown and not found.errors,
        "lacks": [lack for lack in lacks() if lack.journey_id == journey.pk],
        "comments": open_threads(journey.pk).count(),
        "asked": journey.requests.filter(state=PublishRequest.State.OPEN).first(),
    }


def _all_versions(journey: Journey) -> list[int]:
    return list(journey.versions.values_list("pk", flat=True))
