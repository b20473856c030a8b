"""Every route that is none of the API's, read from the URLconf, each with real objects to ask for."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver

from tests.whole import Whole

PART = re.compile(r"<(?:(\w+):)?(\w+)>")


class Page(NamedTuple):
    """One route: the name that it has among all, and its path with the parts still to be filled in."""

    name: str
    path: str

    @property
    def model(self) -> str:
        """Of a page of rows, which kind of rows they are: `customers.segment`."""
        found = re.match(r"admin/(\w+)/(\w+)/(?:add/|<path:object_id>/\w+/)?$", self.path)
        is_of_rows = found and self.name.startswith(f"{found[1]}_{found[2]}_")
        return f"{found[1]}.{found[2]}" if found and is_of_rows else ""

    @property
    def verb(self) -> str:
        """Of a page of rows, what is done there."""
        return self.name.rpartition("_")[2] if self.model else ""

    def url(self, whole: Whole) -> str:
        """Its address for a row that there is."""
        return "/" + PART.sub(lambda part: str(self._part(part[2], whole)), self.path)

    def _part(self, name: str, whole: Whole) -> Any:
        if name in {"object_id", "id"}:
            app, model = self.path.split("/")[1:3]
            return whole.rows[f"{app}.{model}"].pk
        if name == "public_id":
            return whole.her.public_id
        if name.endswith("_id"):
            label = next(label for label in whole.rows if label.endswith("." + PARTS.get(name, name[:-3])))
            return whole.rows[label].pk
        return {"number": whole.received, "slug": "birthday", "form": "yaml"}[name]


PARTS = {"pair_id": "duplicatepair", "record_id": "mergerecord", "version_id": "stageversion"}


def pages() -> list[Page]:
    """All named routes but the API's."""
    return [page for page in _walk(get_resolver().url_patterns, "") if page.name]


def _walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[Page]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        if path.startswith(("api/", "^api/")):
            continue
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, path)
        else:
            yield Page(pattern.name or "", path)
