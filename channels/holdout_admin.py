"""The global holdout: how large it is, and how large it was."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from channels.holdout import holdout_at, set_holdout
from channels.models import Holdout
from config import clock
from config.pages import Page, who
from config.templatetags.sette import number


class HoldoutForm(forms.ModelForm):  # type: ignore[type-arg]
    """How large it is to be. 0 is no row, but the end of the last one: so the field is not the row's."""

    size = forms.DecimalField(
        label=_("Percent"),
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        help_text=_("Of all customers. A larger one keeps those who are in; 0 ends the holdout."),
    )

    class Meta:
        model = Holdout
        fields: tuple[str, ...] = ()


@admin.register(Holdout)
class HoldoutAdmin(Page):
    """Its history. Setting it anew adds a row; none is changed or deleted."""

    list_display = ("share", "since", "until", "set_by")
    list_display_links = None
    list_select_related = ("set_by",)
    form = HoldoutForm
    fields = ("size",)
    change_list_template = "channels/admin/holdout.html"

    @admin.display(description=_("Percent"))
    def share(self, holdout: Holdout) -> str:
        """As 12.5 %."""
        return f"{number(holdout.percent.normalize())} %"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """What was in force stays as it was."""
        return obj is None and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """History stays."""
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:
        """With what is in force in words."""
        context = {"lasting": holdout_at(clock.now())}
        return super().changelist_view(request, (extra_context or {}) | context)

    def save_model(self, request: HttpRequest, obj: Holdout, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """From now on."""
        lasting = set_holdout(form.cleaned_data["size"], clock.now(), by=who(request))
        obj.pk = lasting.pk if lasting else Holdout.objects.values_list("pk", flat=True).first()

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:  # noqa: ARG002
        """Back to the history."""
        return redirect("admin:channels_holdout_changelist")
