"""Every route of the API with its methods, read from the URLconf, so that a new one can't be forgotten."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.urls import URLPattern, URLResolver

from config.api.permissions import required_scope
from config.urls import api_routes

NOBODY = UUID("3d1ff0ba-9a08-4c0e-9a3e-0e1d2c3b4a59")
OPEN = {"api-schema"}


class Route(NamedTuple):
    """One method of one path."""

    name: str
    method: str
    path: str
    view: Any
    action: str

    def url(self, **parts: Any) -> str:
        """The path with its parts filled in; what is not named is filled with what leads nowhere."""
        given = {"id": NOBODY, "comment": NOBODY, "slug": "nothing", "channel": "sms"} | parts
        return re.sub(r"<\w+:(\w+)>", lambda part: str(given[part[1]]), f"/api/v1/{self.path}")

    def scope(self) -> str:
        """The scope that the view itself says."""
        view = self.view()
        view.action = self.action
        return str(required_scope(view, self.method.upper()))

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.path}"


def routes() -> list[Route]:
    """All of them but those that are open to everybody."""
    return [route for route in _walk(api_routes, "") if route.name not in OPEN]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
            continue
        view = getattr(pattern.callback, "cls", None) or pattern.callback.view_class
        actions = getattr(pattern.callback, "actions", None)
        if actions is None:
            actions = {
                method: method for method in ("get", "post", "patch", "delete") if hasattr(view, method)
            }
        for method, action in actions.items():
            if method != "head" and method in view.http_method_names:  # a view that was asked has it too
                yield Route(pattern.name or "", method, path, view, action)
