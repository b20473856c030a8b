"""The admin's site: unfold's, with the product's own pages among those of the rows."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any

from django.contrib.admin.apps import SimpleAdminConfig
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.sites import UnfoldAdminSite

View = Callable[..., HttpResponseBase]
Panel = Callable[[datetime], dict[str, Any] | None]


class SetteSite(UnfoldAdminSite):  # type: ignore[misc]
    """Where each app registers its rows and, by `add_page`, the pages that belong to no row."""

    index_title = _("Dashboard")
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._pages: list[tuple[str, View, str]] = []
        self._panels: list[tuple[str, Panel]] = []

    def add_page(self, route: str, view: View, name: str, permission: str) -> None:
        """Serve `view` under the admin as `admin:<name>`, for people who log in and have `permission`."""

        @wraps(view)
        def guarded(request: HttpRequest, **values: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, **values)

        self._pages.append((route, guarded, name))

    def add_panel(self, template: str, panel: Panel) -> None:
        """Show `template` on the dashboard, with what `panel` answers for a moment; None: not now."""
        self._panels.append((template, panel))

    def panels(self, now: datetime) -> list[tuple[str, dict[str, Any]]]:
        """Template and context of each panel that has something to show."""
        asked = [(template, panel(now)) for template, panel in self._panels]
        return [(template, context) for template, context in asked if context is not None]

    def extra_urls(self) -> list[URLPattern]:
        """The pages, in the order in which they were added."""
        return [path(route, self.admin_view(view), name=name) for route, view, name in self._pages]

    def page(self, request: HttpRequest, title: Any, **context: Any) -> dict[str, Any]:
        """The context of a page: unfold's frame around it, its title, and what the page itself shows."""
        request.current_app = self.name
        return {**self.each_context(request), "title": title, **context}


class SetteAdminConfig(SimpleAdminConfig):
    """Django's admin with our site in place of its own. Its pages are loaded with the routes."""

    default_site = "config.site.SetteSite"
