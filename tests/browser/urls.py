"""Every page of the admin, by the URLconf: what is added to it is looked at too."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import quote
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from tests.browser.building import rows
from tests.browser.conftest import Installation

ADMIN = "admin/"
ARGUMENT = re.compile(r"<(?:\w+:)?(\w+)>")
# What a page can be about, by the name of the URL's argument; any other is about the first row.
EXAMPLES: dict[str, Any] = {"app_label": "journeys", "form": "yaml", "slug": "cart-reminder", "url": "x"}
FIRST = 1


def admin_urls(installation: Installation) -> Iterator[str]:
    """The addresses, each of a row that is there; of a table without rows none that is about one."""
    found = EXAMPLES | {
        "public_id": installation.found["customer"],
        "message_id": installation.found["message"],
    }
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and str(resolver.pattern) == ADMIN:
            yield from _urls(resolver, "/" + ADMIN, found)


def _urls(resolver: URLResolver, prefix: str, found: dict[str, Any]) -> Iterator[str]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _urls(one, prefix + str(one.pattern), found | _row(str(one.pattern)))
        elif isinstance(one, URLPattern) and (url := _filled(one, prefix, found)):
            yield url


def _row(route: str) -> dict[str, Any]:
    """The first row of the model whose pages stand below `<app>/<model>/`."""
    model = apps.get_model(*route.strip("/").split("/"))
    table, key = model._meta.db_table, model._meta.pk.column
    first = rows(f'SELECT min("{key}") FROM "{table}"')[0][0]
    return {"object_id": first if first is None else quote(first)}


def _filled(pattern: URLPattern, prefix: str, found: dict[str, Any]) -> str | None:
    route = str(pattern.pattern)
    values = {name: found.get(name, FIRST) for name in ARGUMENT.findall(route)}
    if not isinstance(pattern.pattern, RoutePattern) or None in values.values():
        return None
    return prefix + ARGUMENT.sub(lambda named: str(values[named[1]]), route)
