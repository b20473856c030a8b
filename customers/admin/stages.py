"""The seven stages: who belongs where."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from config import clock
from config.forms import JsonField, SpanField
from config.pages import Page, site
from config.templatetags.sette import stage
from customers.admin.rules import checked, sentence
from customers.definitions import STAGE
from customers.models import Stage
from customers.stage_definitions import FIELDS, RULES
from customers.stages import save_stages, stage_counts

# Beside the rule: their fields, headings and what they do, folded up on the page until they are wanted.
MORE_RULES = (
    ("stay_rule", _("Stay rule"), _("Once here, a customer for whom it holds stays.")),
    ("leave_rule", _("Leave rule"), _("For whom it holds does not come here, and leaves.")),
)


class StageForm(forms.ModelForm):  # type: ignore[type-arg]
    """A stage's terms; what is saved is a version."""

    rule = JsonField(
        label=_("Rule"), required=False, help_text=_("Who belongs here. {}: nobody. See docs/rules.md.")
    )
    stay_rule = JsonField(
        label=_("Stay rule"),
        required=False,
        rows=8,
        help_text=_("Once here, a customer for whom it holds counts as if the rule held. {}: none."),
    )
    leave_rule = JsonField(
        label=_("Leave rule"),
        required=False,
        rows=8,
        help_text=_("For whom it holds does not come here, and goes where another rule holds. {}: none."),
    )
    precedence = forms.IntegerField(
        label=_("Precedence"),
        min_value=1,
        max_value=7,
        widget=UnfoldAdminIntegerFieldWidget(),
        help_text=_(
            "Of the stages whose rule holds, the lowest number wins. Whichever has it now gets this one's."
        ),
    )
    dwell = SpanField(label=_("Stays at least"), required=False)
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget(),
        help_text=_("What this change is for; it is kept with the version."),
    )

    class Meta:
        model = Stage
        fields = (*RULES, "precedence", "dwell", "interrupts", "onward", "back")
        help_texts = {
            "interrupts": _(
                "From earlier stages customers come here at once, before their time there is over."
            ),
        }

    def _get_validation_exclusions(self) -> set[str]:
        """A precedence that another stage has is no fault: they exchange theirs when this one is saved."""
        return {*super()._get_validation_exclusions(), "precedence"}  # type: ignore[misc]

    def clean_rule(self) -> Any:
        """The same check as a segment's; nothing stands for nobody."""
        return self._checked("rule")

    def clean_stay_rule(self) -> Any:
        """The same."""
        return self._checked("stay_rule")

    def clean_leave_rule(self) -> Any:
        """The same."""
        return self._checked("leave_rule")

    def _checked(self, field: str) -> Any:
        rule = self.cleaned_data[field] or {}
        if rule:
            checked(STAGE, rule)
        return rule


@admin.register(Stage)
class StageAdmin(Page):
    """The seven, in order: who belongs where."""

    form = StageForm
    fieldsets = (
        (None, {"fields": (("precedence", "dwell"), ("onward", "back"), "interrupts", "note", *RULES)}),
    )
    change_form_template = "customers/stage.html"

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """There are seven."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """There stay seven."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """One card each."""
        if not self.has_view_or_change_permission(request):
            return super().changelist_view(request, extra_context)
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
            context["more_rules"] = [
                (field, title, note, sentence(rule) if (rule := getattr(row, field)) else "")
                for field, title, note in MORE_RULES
            ]
        return super().change_view(request, object_id, form_url, (extra_context or {}) | context)  # type: ignore[no-any-return]

    def save_model(self, request: HttpRequest, obj: Stage, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """By the service: as one version, the precedence in exchange with the stage that had it."""
        given = form.cleaned_data
        kept = Stage.objects.get(pk=obj.pk)
        changes = {kept.number: {field: given[field] for field in FIELDS}}
        if given["precedence"] != kept.precedence:
            other = Stage.objects.filter(precedence=given["precedence"]).first()
            changes |= {other.number: {"precedence": kept.precedence}} if other else {}
        save_stages(changes, clock.now(), request.user.get_username(), given["note"])
