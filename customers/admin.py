"""Sources, topics and exclusions; segments and stages with their rules."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.widgets import UnfoldAdminTextareaWidget

from config import clock
from config.forms import JsonField, told
from config.pages import LongList, Page, site
from config.templatetags.sette import number, stage
from customers.checks import check_rule
from customers.definitions import STAGE, segment_name
from customers.models import Segment, Source, Stage, Suppression, Topic
from customers.preview import PreviewTooSlowError, preview
from customers.rules import Rule, RuleError, parse, rule_words
from customers.segments import member_counts, save_segment
from customers.stages import save_precedence, save_stage_rule, stage_counts

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


def sentence(tree: Any) -> str:
    """A stored rule in words; one that can't be read any more says so."""
    if not tree:
        return gettext("nobody")
    try:
        return rule_words(parse(tree))
    except RuleError as error:
        return gettext("This rule can't be read: %(why)s") % {"why": "; ".join(told(error.errors))}


class SegmentForm(forms.ModelForm):  # type: ignore[type-arg]
    """A segment, its rule checked as the services check it."""

    rule = JsonField(label=_("Rule"), initial=START, help_text=_("See docs/rules.md for what can be asked."))

    class Meta:
        model = Segment
        fields = ("name", "slug", "description", "is_active", "rule")
        widgets = {"description": UnfoldAdminTextareaWidget(attrs={"rows": 2})}

    def clean_rule(self) -> Any:
        """What is wrong with the rule, each with where it stands."""
        rule = self.cleaned_data["rule"]
        _check(segment_name(self.cleaned_data.get("slug", "")), rule)
        return rule


class StageForm(forms.ModelForm):  # type: ignore[type-arg]
    """A stage's rule and precedence."""

    rule = JsonField(
        label=_("Rule"), required=False, help_text=_("Who belongs here. {}: nobody. See docs/rules.md.")
    )
    precedence = forms.IntegerField(
        label=_("Precedence"),
        min_value=1,
        max_value=7,
        help_text=_(
            "Of the stages whose rule holds, the lowest number wins. Whichever has it now gets this one's."
        ),
    )

    class Meta:
        model = Stage
        fields = ("precedence", "rule")

    def clean_rule(self) -> Any:
        """The same check as a segment's; nothing stands for nobody."""
        rule = self.cleaned_data["rule"] or {}
        if rule:
            _check(STAGE, rule)
        return rule


def _check(name: str, rule: Any) -> Rule:
    try:
        return check_rule(name, rule)
    except RuleError as error:
        raise forms.ValidationError(told(error.errors)) from error


@admin.register(Segment)
class SegmentAdmin(Page):
    """Who belongs together, by a rule."""

    form = SegmentForm
    list_display = ("name", "in_words", "size", "state")
    search_fields = ("name", "slug")
    list_filter = ("is_active",)
    prepopulated_fields = {"slug": ("name",)}
    fields = (("name", "slug"), "description", "is_active", "rule")
    change_form_template = "customers/rule.html"
    sizes: dict[int, int] = {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """A segment is switched off: what was decided by it stays."""
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
        if not segment.is_active:
            return format_html('<span class="s-chip">{}</span>', gettext("off"))
        look, words = (
            ("good", gettext("up to date")) if segment.rebuilt_at else ("accent", gettext("being counted"))
        )
        return format_html('<span class="s-chip s-chip-{}">{}</span>', look, words)


@admin.register(Stage)
class StageAdmin(Page):
    """The seven, in order: who belongs where."""

    form = StageForm
    fields = ("precedence", "rule")
    change_form_template = "customers/rule.html"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """There are seven."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """There stay seven."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """One card each."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)  # type: ignore[no-any-return]
        counts = dict(stage_counts())
        rows = [
            (row, counts.get(row.number, 0), sentence(row.rule)) for row in Stage.objects.order_by("number")
        ]
        context = site().page(
            request, _("Stages"), rows=rows, everybody=sum(counts.values()), unplaced=counts.get(None, 0)
        )
        return TemplateResponse(request, "customers/stages.html", context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponseBase:
        """The form, with who stands here."""
        row = Stage.objects.filter(pk=object_id).first() if object_id in set("1234567") else None
        context = (
            {"size": dict(stage_counts()).get(row.number, 0), "sentence": sentence(row.rule)} if row else {}
        )
        if row:
            context["chip"] = stage(row)
            context["who"] = reverse("admin:customers_customer_changelist") + f"?stage={row.number}"
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Stage, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the services: the rule, and the precedence in exchange with the stage that had it."""
        now, kept = clock.now(), Stage.objects.get(pk=obj.pk)
        save_stage_rule(kept, form.cleaned_data["rule"], now)
        wanted = form.cleaned_data["precedence"]
        if wanted != kept.precedence:
            other = Stage.objects.filter(precedence=wanted).first()
            swapped = {kept.number: wanted} | ({other.number: kept.precedence} if other else {})
            save_precedence(swapped, now)


def rule_preview(request: HttpRequest) -> HttpResponse:
    """What a rule that is being written says, and for whom it holds now."""
    context: dict[str, Any] = {}
    try:
        rule = parse(json.loads(request.POST.get("rule", "")))
        context = {"sentence": rule_words(rule), "preview": preview(rule, clock.now())}
    except RuleError as error:
        context["problems"] = told(error.errors)
    except (ValueError, RecursionError) as error:
        context["problems"] = [gettext("This is no JSON: %(why)s") % {"why": error}]
    except PreviewTooSlowError as error:
        context["problems"] = [str(error)]
    return TemplateResponse(request, "customers/preview.html", context)


site().add_page("rules/preview/", require_POST(rule_preview), "rule_preview", "customers.view_segment")


@admin.register(Source)
class SourceAdmin(Page):
    """Where events come from, with the keys that may write them."""

    list_display = ("name", "key", "is_active", "created_at")
    fields = ("name", "write_key", "is_active")
    readonly_fields = ("write_key",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Events name their source: it is switched off."""
        return False

    @admin.display(description=_("write key"))
    def key(self, source: Source) -> SafeString:
        """It can only write, so it may be read."""
        return format_html('<span class="s-mono">{}</span>', source.write_key)


@admin.register(Topic)
class TopicAdmin(Page):
    """What messages are about, as customers choose it."""

    list_display = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Suppression)
class SuppressionAdmin(LongList):
    """Addresses that are never written to."""

    list_display = ("value", "kind", "reason", "created_at")
    list_filter = ("reason", "kind")
    search_fields = ("value",)
    ordering = ("-id",)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """It is there or it is not."""
        return False
