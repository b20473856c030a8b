"""The seven stages: who belongs where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from config import clock
from config.forms import JsonField
from config.pages import Page, site
from config.templatetags.sette import stage
from customers.admin.rules import checked, sentence
from customers.definitions import STAGE
from customers.models import Stage
from customers.stages import save_precedence, save_stage_rule, stage_counts


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
            checked(STAGE, rule)
        return rule


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
