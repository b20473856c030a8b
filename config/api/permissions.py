"""What who asks may do: each route says the scope it needs, for each of its actions."""

from typing import Any, Protocol

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from config.models import ApiKey, Scope


class ScopedView(Protocol):
    """A view that says what it takes: `writes` for all that writes, `scopes` for an action's own."""

    action: str | None
    writes: Scope
    scopes: dict[str, Scope]


class ScopePermission(BasePermission):
    """A key needs the scope that the route says; a logged-in admin who is no superuser may read."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """Whether the scope is held; where not, the answer names it."""
        scope = required_scope(view, str(request.method))
        self.message = _("This needs the scope “%(scope)s”.") % {"scope": scope.value}
        if isinstance(request.auth, ApiKey):
            return request.auth.allows(scope)
        person = request.user
        if not (person.is_authenticated and person.is_active and person.is_staff):
            return False
        return bool(person.is_superuser) or scope == Scope.READ


def required_scope(view: ScopedView, method: str) -> Scope:
    """The scope that `method` needs: the action's own, else `read` for reads, else the view's `writes`."""
    action = getattr(view, "action", None) or ""
    if action in view.scopes:
        return view.scopes[action]
    return Scope.READ if method in SAFE_METHODS else view.writes
