"""Segments: who belongs together, by a rule or by a list."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextareaWidget

from config import clock
from config.forms import JsonField
from config.pages import Empty, Page
from config.period import Period
from config.templatetags.sette import number
from customers.admin.rules import checked, sentence
from customers.chart import chart
from customers.definitions import segment_name
from customers.growth import daily_sizes
from customers.lists import Operation
from customers.models import Segment
from customers.segments import save_segment, uses_of_segment
from customers.tallies import member_counts

START = {
    "combinator": "and",
    "not": False,
    "rules": [
        {
            "field": "event",
            "event": "Order Completed",
            "aggregate": "count",
            "operator": "at_least",
            "value": 2,
            "within": "P90D",
        }
    ],
}
FILE = UnfoldAdminFileFieldWidget({"id": "members-file", "accept": ".csv,text/csv,text/plain"})


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A segment, its rule checked as the services check it."""

    rule = JsonField(label=_("Rule"), initial=START, help_text=_("See docs/rules.md for what can be asked."))

    class Meta:
        model = Segment
        fields = ("name", "slug", "description", "rule")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean_rule(self) -> Any:
        """What is wrong with the rule, each with where it stands."""
        rule = self.cleaned_data["rule"]
        checked(segment_name(self.cleaned_data.get("slug", "")), rule)
        return rule


class ListForm(forms.ModelForm):  # type: ignore[type-arg]
    """A list; its members are changed beside the form."""

    class Meta:
        model = Segment
        fields = ("name", "slug", "description")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}


class ArchiveFilter(admin.SimpleListFilter):
    """Archived segments stand apart from those in use."""

    title = _("state")
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, Any]]:  # noqa: ARG002
        """What can be chosen instead of those in use."""
        return [("yes", _("archived")), ("all", _("all"))]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """The first choice shows those in use."""
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("in use")}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Segment]) -> QuerySet[Segment]:  # noqa: ARG002
        """Those in use, unless others are asked for."""
        if self.value() == "all":
            return queryset
        return queryset.filter(archived_at__isnull=self.value() != "yes")


@admin.register(Segment)
class SegmentAdmin(Page):
    """Who belongs together, by a rule or by a list."""

    list_display = ("name", "in_words", "size", "state")
    search_fields = ("name", "slug")
    list_filter = (ArchiveFilter, "kind")
    prepopulated_fields = {"slug": ("name",)}
    list_before_template = "customers/list_segments.html"
    empty = Empty(
        _("No segment yet. A segment gathers customers by a rule, or as a list; some are ready to be taken."),
        _("Ready segments"),
        "admin:segment_ready",
    )
    change_form_template = "customers/segment.html"
    actions_list = ["show_ready", "add_list", "compare"]
    sizes: dict[int, int] = {}

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **values: Any) -> Any:  # noqa: FBT001, FBT002
        """A list has no rule."""
        form = ListForm if self._is_list(request, obj) else SegmentForm
        return super().get_form(request, obj, change, **values | {"form": form})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        """The same."""
        shared = (("name", "slug"), "description")
        return shared if self._is_list(request, obj) else (*shared, "rule")

    def _is_list(self, request: HttpRequest, obj: Segment | None) -> bool:
        return (obj.kind if obj else request.GET.get("kind")) == Segment.Kind.LIST

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A segment is archived: what was decided by it stays."""
        return False

    @action(description=_("New list"), url_path="new-list", permissions=["add"])  # type: ignore[untyped-decorator]
    def add_list(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        """To the form of a new list."""
        return redirect(reverse("admin:customers_segment_add") + f"?kind={Segment.Kind.LIST}")

    @action(description=_("Ready ones"), url_path="ready", permissions=["view"])  # type: ignore[untyped-decorator]
    def show_ready(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        """To those that can be taken over."""
        return redirect("admin:segment_ready")

    @action(description=_("Compare two"), url_path="compare", permissions=["view"])  # type: ignore[untyped-decorator]
    def compare(self, request: HttpRequest) -> HttpResponse:  # noqa: ARG002
        """To the overlap of two segments."""
        return redirect("admin:segment_overlap")

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """The list, with how many are in each."""
        self.sizes = member_counts(list(Segment.objects.values_list("pk", flat=True)))
        return super().changelist_view(request, extra_context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form, with who is in it, how that went, what uses it, and what can be done with it."""
        row = Segment.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = self._told(request, row) if row else {}
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def _told(self, request: HttpRequest, segment: Segment) -> dict[str, Any]:
        period = Period.of(request.GET.get("days"), clock.now())
        days = daily_sizes(segment, period.days, period.end)
        return {
            "size": member_counts([segment.pk]).get(segment.pk, 0),
            "sentence": _words(segment),
            "who": reverse("admin:customers_customer_changelist") + f"?segment={segment.slug}",
            "chip": _state(segment),
            "is_list": segment.kind == Segment.Kind.LIST,
            "file_input": FILE.render("file", None),
            "operations": [choice for choice in Operation.choices if choice[0] != Operation.CLEAR],
            "period": period,
            "days": days,
            "chart": chart(days),
            "came": sum(day.entered for day in days),
            "gone": sum(day.left for day in days),
            "uses": uses_of_segment(segment.slug),
            "may_change": self.has_change_permission(request, segment),
            "may_export": request.user.has_perm("customers.export_segment"),
        }

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the service, which has the members found anew."""
        if self._is_list(request, obj if change else None):
            obj.kind = Segment.Kind.LIST
        save_segment(obj, clock.now())

    @admin.display(description=_("who"))
    def in_words(self, segment: Segment) -> str:
        """The rule as a sentence."""
        return _words(segment)

    @admin.display(description=_("customers"))
    def size(self, segment: Segment) -> SafeString:
        """How many, and the way to them."""
        url = reverse("admin:customers_customer_changelist") + f"?segment={segment.slug}"
        return format_html('<a href="{}">{}</a>', url, number(self.sizes.get(segment.pk, 0)))

    @admin.display(description=_("state"))
    def state(self, segment: Segment) -> SafeString:
        """Whether it is kept up to date, or being looked up anew."""
        return _state(segment)


def _words(segment: Segment) -> str:
    if segment.kind == Segment.Kind.LIST:
        return gettext("whoever was put on this list")
    return sentence(segment.rule)


def _state(segment: Segment) -> SafeString:
    if segment.archived_at:
        look, words = "plain", gettext("archived")
    elif segment.kind == Segment.Kind.LIST:
        look, words = "accent", gettext("list")
    elif segment.stalled_at:
        look, words = "bad", gettext("given up: the rule takes too long")
    elif segment.rebuilt_at:
        look, words = "good", gettext("up to date")
    else:
        look, words = "accent", gettext("being counted")
    return format_html('<span class="s-chip s-chip-{}">{}</span>', look, words)
