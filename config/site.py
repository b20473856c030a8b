"""The admin's site: unfold's, with the product's own pages among those of the rows."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

from config.preferences import are_kept, preferences_of
from config.refusal import Refused, needed

View = Callable[..., HttpResponseBase]
LOOKING = "customers.view_customer"
Panel = Callable[[datetime], dict[str, Any] | None]


class SetteSite(UnfoldAdminSite):  # type: ignore[misc]
    """Where each app registers its rows and, by `add_page`, the pages that belong to no row."""

    index_title = _("Home")
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[tuple[str, View, str]] = []
        self._answers: set[str] = set()
        self._panels: list[tuple[str, Panel]] = []

    def add_page(self, route: str, view: View, name: str, permission: str = "") -> None:
        """Serve `view` under the admin as `admin:<name>`, for people who log in and have `permission`.

        Without one for whoever may log in: what such a page shows is each person's own, or asks for itself.
        """

        @wraps(view)
        def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
            if permission and not request.user.has_perm(permission):
                raise Refused(permission)
            return view(request, **values)

        self._pages.append((route, guarded, name))

    def add_answer(self, route: str, view: View, name: str, permission: str) -> None:
        """As `add_page`, for a script that asks: who is not logged in, or may not, is told so in JSON."""
        self.add_page(route, view, name, permission)
        self._answers.add(name)

    def add_panel(self, template: str, panel: Panel) -> None:
        """Show `template` on the dashboard, with what `panel` answers for a moment; None: not now."""
        self._panels.append((template, panel))

    def answer_search(self, view: View) -> None:
        """Have `view` answer what is typed into the palette, in place of unfold's search of all rows."""
        self._answer = view

    def search(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseBase:  # noqa: ARG002
        """What the palette asks for."""
        return self._answer(request)

    def panels(self, now: datetime) -> list[tuple[str, dict[str, Any]]]:
        """Template and context of each panel that has something to show."""
        asked = [(template, panel(now)) for template, panel in self._panels]
        return [(template, context) for template, context in asked if context is not None]

    def extra_context(self, context: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
        """With the theme that the person has chosen, in place of the switch in the user's menu."""
        wanted = preferences_of(request)
        return context | ({"theme": wanted.theme} if are_kept(wanted) else {})

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The dashboard, for whoever has a role that looks at people; others are told to ask for one."""
        if not request.user.has_perm(LOOKING):
            raise Refused(LOOKING)
        return super().index(request, extra_context)  # type: ignore[no-any-return]

    def extra_urls(self) -> list[URLPattern]:
        """The pages, in the order in which they were added."""
        return [
            path(route, self._answering(view) if name in self._answers else self.admin_view(view), name=name)
            for route, view, name in self._pages
        ]

    def _answering(self, view: View) -> View:
        """The view of an answer: 401 without a session that may enter the admin, 403 without the right."""
        inside = self.admin_view(view)

        @wraps(view)
        def answer(request: HttpRequest, **values: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                return JsonResponse({"detail": _("Your session has ended: log in again.")}, status=401)
            try:
                return inside(request, **values)  # type: ignore[no-any-return]
            except Refused as refused:
                return JsonResponse({"detail": needed(refused.permission)}, status=403)

        return answer

    def page(self, request: HttpRequest, title: Any, **context: Any) -> dict[str, Any]:
        """The context of a page: unfold's frame around it, its title, and what the page itself shows."""
        request.current_app = self.name
        return {**self.each_context(request), "title": title, **context}
