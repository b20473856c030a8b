"""API keys, the sweeps of the engine, and the people who log in."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
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
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from config import clock
from config.models import ApiKey, Scope
from config.pages import Page

for model in (Group, User, ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A key's name and what it may do."""

    scopes = forms.MultipleChoiceField(
        label=_("May"), choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(Page):
    """Keys of the REST API: shown once, kept as a hash; withdrawn, not deleted."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "may", "created_at", "last_used_at", "expires_at", "revoked_at")
    actions = ("revoke",)

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

    @admin.action(description=_("Withdraw the chosen keys"))
    def revoke(self, request: HttpRequest, queryset: Any) -> None:
        """From now on they open nothing."""
        many = queryset.filter(revoked_at=None).update(revoked_at=clock.now())
        messages.success(request, _("%(many)d withdrawn.") % {"many": many})


@admin.register(User)
class PersonAdmin(UserAdmin, ModelAdmin):  # type: ignore[misc, type-arg]
    """People who log in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm


@admin.register(Group)
class RoleAdmin(GroupAdmin, ModelAdmin):  # type: ignore[misc]
    """What groups of them may do."""


class TaskSelect(UnfoldAdminSelectWidget, beat.TaskSelectWidget):  # type: ignore[misc]
    """The registered tasks, in the product's look."""


class SweepForm(beat.PeriodicTaskForm):  # type: ignore[misc]
    """A sweep's form, in the product's look."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["task"].widget = UnfoldAdminTextInputWidget()
        self.fields["regtask"].widget = TaskSelect()


@admin.register(PeriodicTask)
class SweepAdmin(beat.PeriodicTaskAdmin, ModelAdmin):  # type: ignore[misc]
    """How often the engine looks for what is due by itself."""

    form = SweepForm
    list_fullwidth = True
    change_form_template = None  # beat's own has an inline script, which our policy forbids
    change_list_template = None


@admin.register(IntervalSchedule)
class IntervalAdmin(beat.IntervalScheduleAdmin, ModelAdmin):  # type: ignore[misc]
    """Every so many seconds."""


@admin.register(CrontabSchedule)
class CrontabAdmin(beat.CrontabScheduleAdmin, ModelAdmin):  # type: ignore[misc]
    """By minute, hour, day."""


@admin.register(SolarSchedule)
class SolarAdmin(ModelAdmin):  # type: ignore[misc]
    """By the sun."""


@admin.register(ClockedSchedule)
class ClockedAdmin(beat.ClockedScheduleAdmin, ModelAdmin):  # type: ignore[misc]
    """Once."""
