"""Where a yes is to be confirmed: channels and topics."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from channels.confirmation import confirmation_content, save_double_opt_in
from config.pages import Empty, Page
from customers.models import DoubleOptIn, Topic


class DoubleOptInForm(forms.ModelForm):  # type: ignore[type-arg]
    """A channel, and one of the topics that there are."""

    topic = forms.ChoiceField(label=_("Topic"), required=False, widget=UnfoldAdminSelectWidget)

    class Meta:
        model = DoubleOptIn
        fields = ("channel", "topic")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        topics = list(Topic.objects.values_list("slug", "name"))
        self.fields["topic"].choices = [("", _("every topic")), *topics]  # type: ignore[attr-defined]


@admin.register(DoubleOptIn)
class DoubleOptInAdmin(Page):
    """Each is there or it is not."""

    form = DoubleOptInForm
    list_display = ("channel", "about", "content")
    list_display_links = None
    empty = Empty(
        _("Nowhere yet: a yes counts as soon as it is given."),
        _("Ask for a confirmation"),
        "admin:customers_doubleoptin_add",
    )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A row is deleted and made anew."""
        return obj is None and bool(super().has_change_permission(request, obj))

    def save_model(self, request: HttpRequest, obj: DoubleOptIn, form: Any, change: bool) -> None:  # noqa: ARG002, FBT001
        """From now on."""
        save_double_opt_in(obj)

    @admin.display(description=_("topic"), ordering="topic")
    def about(self, row: DoubleOptIn) -> Any:
        """Its key."""
        return row.topic or _("every topic")

    @admin.display(description=_("what is sent"))
    def content(self, row: DoubleOptIn) -> str:
        """The content that asks for the confirmation."""
        return str(confirmation_content(row.channel))
