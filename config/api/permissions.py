"""What who asks may do: each route says the scope it needs, for each of its actions."""

from typing import Any, Protocol

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from config.models import ApiKey, Scope
from config.roles import SCOPES


class ScopedView(Protocol):
    """A view that says what it takes.

    `writes` for all that writes, `scopes` for an action's own; `rights` are the permissions that a person
    needs for an action, where the scope's is not the one.
    """

    action: str | None
    writes: Scope
    scopes: dict[str, Scope]
    rights: dict[str, str]


class ScopePermission(BasePermission):
    """A key needs the scope that the route says; a person the permission that stands for it."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether it is held; where not, the answer names the scope."""
        scope = required_scope(view, str(request.method))
        self.message = _("This needs the scope “%(scope)s”.") % {"scope": scope.value}
        if isinstance(request.auth, ApiKey):
            return request.auth.allows(scope)
        person = request.user
        if not (person.is_authenticated and person.is_active and person.is_staff):
            return False
        self.message = _("Your role does not allow this. An administrator can give you one that does.")
        return person.has_perm(required_right(view, scope))


def required_scope(view: ScopedView, method: str) -> Scope:
    """The scope that `method` needs: the action's own, else `read` for reads, else the view's `writes`."""
    action = getattr(view, "action", None) or ""
    if action in view.scopes:
        return view.scopes[action]
    return Scope.READ if method in SAFE_METHODS else view.writes


def required_right(view: ScopedView, scope: Scope) -> str:
    """The permission that a person needs for the view's action."""
    action = getattr(view, "action", None) or ""
    return view.rights.get(action) or SCOPES[scope]
