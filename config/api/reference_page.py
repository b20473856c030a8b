"""The page that shows the API's reference, made from the schema once in the life of a process."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator

from config.api.reference import Reference, reference
from config.pages import site


@cache
def _reference() -> Reference:
    generator: Any = SchemaGenerator  # it has no types
    return reference(generator().get_schema(request=None, public=True))


def api_reference(request: HttpRequest) -> HttpResponse:
    """All routes, by resource, and all shapes."""
    context = site().page(request, _("API reference"), reference=_reference())
    return TemplateResponse(request, "config/reference.html", context)
