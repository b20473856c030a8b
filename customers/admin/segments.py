"""Segments: who belongs together, by a rule."""

from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from config import clock
from config.forms import JsonField
from config.pages import Page
from config.templatetags.sette import number
from customers.admin.rules import checked, sentence
from customers.definitions import segment_name
from customers.models import Segment
from customers.segments import member_counts, save_segment

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
    """Who belongs together, by a rule."""

    form = SegmentForm
    list_display = ("name", "in_words", "size", "state")
    search_fields = ("name", "slug")
    list_filter = (ArchiveFilter,)
    prepopulated_fields = {"slug": ("name",)}
    fields = (("name", "slug"), "description", "rule")
    change_form_template = "customers/rule.html"
    sizes: dict[int, int] = {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A segment is archived: what was decided by it stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """The list, with how many are in each."""
        self.sizes = member_counts(list(Segment.objects.values_list("pk", flat=True)))
        return super().changelist_view(request, extra_context)  # type: ignore[no-any-return]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form, with who is in it and what its rule says."""
        row = Segment.objects.filter(pk=object_id).first() if object_id.isdigit() else None
        context = (
            {"size": member_counts([row.pk]).get(row.pk, 0), "sentence": sentence(row.rule)} if row else {}
        )
        if row:
            context["who"] = reverse("admin:customers_customer_changelist") + f"?segment={row.slug}"
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Segment, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the service, which has the members found anew."""
        save_segment(obj, clock.now())

    @admin.display(description=_("who"))
    def in_words(self, segment: Segment) -> str:
        """The rule as a sentence."""
        return sentence(segment.rule)

    @admin.display(description=_("customers"))
    def size(self, segment: Segment) -> SafeString:
        """How many, and the way to them."""
        url = reverse("admin:customers_customer_changelist") + f"?segment={segment.slug}"
        return format_html('<a href="{}">{}</a>', url, number(self.sizes.get(segment.pk, 0)))

    @admin.display(description=_("state"))
    def state(self, segment: Segment) -> SafeString:
        """Whether it is kept up to date, or being looked up anew."""
        if segment.archived_at:
            return format_html('<span class="s-chip">{}</span>', gettext("archived"))
        look, words = (
            ("good", gettext("up to date")) if segment.rebuilt_at else ("accent", gettext("being counted"))
        )
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, words)
