"""The people who log in and their roles."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from config.pages import Page
from config.roles import BY_SLUG

for model in (Group, User):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


class RoleField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Roles to tick, each with what it is for."""

    widget = UnfoldAdminCheckboxSelectMultipleWidget

    def label_from_instance(self, group: Group) -> str:
        """The role in words; a group of the installation's own by its name."""
        role = BY_SLUG.get(group.name)
        return f"{role.name}: {role.purpose}" if role else group.name


@admin.register(User)
class PersonAdmin(UserAdmin, Page):  # type: ignore[type-arg]
    """People who log in."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "first_name", "last_name", "roles", "is_active", "last_login")
    list_filter = ("is_active",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email")}),
        (_("What they may do"), {"fields": ("groups", "is_active")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "usable_password", "password1", "password2")}),
        (_("What they may do"), {"fields": ("groups",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """With their roles."""
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Roles as people call them."""
        if db_field.name != "groups":
            return super().formfield_for_manytomany(db_field, request, **kwargs)
        groups = Group.objects.order_by("pk")
        return RoleField(groups, label=_("Roles"), required=False, help_text=_("See docs/roles.md."))

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:  # noqa: FBT001
        """All who are listed here may enter; what they find there is a matter of their roles."""
        obj.is_staff = True
        super().save_model(request, obj, form, change)

    @admin.display(description=_("roles"))
    def roles(self, person: User) -> str:
        """In words; who was made by `createsuperuser` needs none."""
        if person.is_superuser:
            return gettext("everything")
        return ", ".join(str(_label(group)) for group in person.groups.all())


@admin.register(Group)
class RoleAdmin(GroupAdmin, Page):
    """What roles may do. Those of the product are as it says; an installation may add its own."""

    list_display = ("label", "purpose")

    def has_change_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """The product's own would be made anew by the next `migrate`."""
        return _is_own(obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Group | None = None) -> bool:
        """The same."""
        return _is_own(obj) and bool(super().has_delete_permission(request, obj))

    def get_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """The product's own are told in words."""
        return ("name", "permissions") if _is_own(obj) else ("label", "purpose", "permissions")

    def get_readonly_fields(self, request: HttpRequest, obj: Group | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """The same."""
        return () if _is_own(obj) else ("label", "purpose")

    @admin.display(description=_("role"), ordering="name")
    def label(self, group: Group) -> Any:
        """What people call it."""
        return _label(group)

    @admin.display(description=_("what it is for"))
    def purpose(self, group: Group) -> Any:
        """In a sentence."""
        return role.purpose if (role := BY_SLUG.get(group.name)) else ""


def _label(group: Group) -> Any:
    return role.name if (role := BY_SLUG.get(group.name)) else group.name


def _is_own(group: Group | None) -> bool:
    return group is None or group.name not in BY_SLUG
