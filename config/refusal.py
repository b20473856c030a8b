"""What is told to a person who may not do something: which roles may, and whom to ask for one."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.views.defaults import permission_denied

from config.roles import ADMINISTRATOR, roles_of, roles_with

VERBS = {"changelist": "view", "change": "view", "history": "view", "add": "add", "delete": "delete"}
ASKED = 5  # administrators who are named


class Refused(PermissionDenied):
    """The person lacks `permission`."""

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission


def needed(permission: str) -> str:
    """Which roles may do what the permission stands for."""
    names = [str(role.name) for role in roles_with(permission)]
    return _("You may not do this. It needs one of these roles: %(roles)s.") % {
        "roles": get_text_list(names, _("or"))
    }


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """403: to a person in the admin as a page of the product, to others as Django does."""
    site = admin.site
    if not (request.path.startswith("/admin/") and site.has_permission(request)):
        return permission_denied(request, exception)
    request.current_app = site.name
    permission = exception.permission if isinstance(exception, Refused) else _asked_for(request)
    roles = roles_of(request.user.groups.all())
    context = {
        **site.each_context(request),
        "title": _("You may not do this"),
        "roles": [role.name for role in roles],
        "needed": [role.name for role in roles_with(permission)] if permission else [],
        "administrators": _administrators(),
    }
    return TemplateResponse(request, "config/refused.html", context, status=403).render()


def _asked_for(request: HttpRequest) -> str:
    """The permission that a page of rows needs, by the name of its route; empty for other pages."""
    name = request.resolver_match.url_name or "" if request.resolver_match else ""
    for model in admin.site._registry:  # noqa: SLF001 - Django has no other list of them
        app, _dot, row = model._meta.label_lower.partition(".")  # noqa: SLF001
        if name.startswith(f"{app}_{row}_"):
            verb = VERBS.get(name.removeprefix(f"{app}_{row}_"), "change")
            return f"{app}.{'change' if verb == 'view' and request.method == 'POST' else verb}_{row}"
    return ""


def _administrators() -> list[str]:
    """Some of those who give roles, by name."""
    people = get_user_model().objects.filter(Q(is_superuser=True) | Q(groups__name=ADMINISTRATOR))
    active = people.filter(is_active=True).distinct().order_by("pk")[:ASKED]
    return [person.get_full_name() or person.get_username() for person in active]
