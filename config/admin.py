"""API keys and the API's reference, and the sweeps of the engine. People have a file of their own."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_celery_beat import admin as beat
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from config import clock, people_admin, preferences_page
from config.api.reference_page import api_reference
from config.glossary import glossary
from config.models import ApiKey, Scope
from config.pages import Page, site
from config.roles import scopes_of

__all__ = ["people_admin", "preferences_page"]  # which register themselves

for model in (ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A key's name and what it may do: nothing that the person who makes it may not."""

    held: list[Scope] = []

    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scopes" in self.fields:
            choices = [(scope.value, scope.label) for scope in self.held]
            self.fields["scopes"].choices = choices  # type: ignore[attr-defined]


@admin.register(ApiKey)
class ApiKeyAdmin(Page):
    """Keys of the REST API: shown once, kept as a hash; withdrawn, not deleted."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "may", "created_at", "last_used_at", "expires_at", "revoked_at")
    actions = ("revoke",)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **values: Any) -> Any:  # noqa: FBT001, FBT002
        """With the scopes that the person holds."""
        form = type("ApiKeyForm", (ApiKeyForm,), {"held": scopes_of(request.user)})
        return super().get_form(request, obj, change, **values | {"form": form})

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key that may do more than the person is left to those who may do as much."""
        is_within = obj is None or set(obj.scopes) <= set(scopes_of(request.user))
        return is_within and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002
        """Who used what when stays known."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:  # noqa: FBT001
        """Make the key, and show it this once."""
        if change:
            super().save_model(request, obj, form, change)
            return
        made, secret = ApiKey.issue(obj.name, form.cleaned_data["scopes"], clock.now())
        ApiKey.objects.filter(pk=made.pk).update(expires_at=obj.expires_at)
        obj.pk = made.pk
        words = _("This is the key. It is shown this once; keep it safe:")
        messages.warning(request, format_html('{} <strong class="s-mono">{}</strong>', words, secret))

    @admin.display(description=_("may"))
    def may(self, key: ApiKey) -> str:
        """The scopes in words."""
        return ", ".join(str(Scope(scope).label) for scope in key.scopes if scope in Scope.values)

    @admin.action(description=_("Withdraw the chosen keys"), permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """From now on they open nothing."""
        many = queryset.filter(revoked_at=None).update(revoked_at=clock.now())
        messages.success(request, _("%(many)d withdrawn.") % {"many": many})


site().add_page("glossary/", glossary, "glossary")
site().add_page("api/", api_reference, "api_reference", "config.view_apikey")


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):  # type: ignore[misc]
    """The registered tasks, in the product's look."""


class SweepForm(beat.PeriodicTaskForm):  # type: ignore[misc]
    """A sweep's form, in the product's look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class SweepAdmin(beat.PeriodicTaskAdmin, Page):  # type: ignore[misc]
    """How often the engine looks for what is due by itself."""

    form = SweepForm
    list_display = ("name", "enabled", "scheduler", "last_run_at")
    list_filter = ("enabled",)
    change_form_template = None  # beat's own has an inline script, which our policy forbids
    change_list_template = None


@admin.register(IntervalSchedule)
class IntervalAdmin(beat.IntervalScheduleAdmin, Page):  # type: ignore[misc]
    """Every so many seconds."""


@admin.register(CrontabSchedule)
class CrontabAdmin(beat.CrontabScheduleAdmin, Page):  # type: ignore[misc]
    """By minute, hour, day."""


@admin.register(SolarSchedule)
class SolarAdmin(Page):
    """By the sun."""


@admin.register(ClockedSchedule)
class ClockedAdmin(beat.ClockedScheduleAdmin, Page):  # type: ignore[misc]
    """Once."""
