"""Pages for customers, who log in nowhere: in their language, kept by nobody on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from customers.models import Customer


@contextmanager
def in_language_of(customer: Customer) -> Iterator[None]:
    """The customer's language where the product speaks it, else the brand's."""
    known = dict(settings.LANGUAGES)
    wanted = (customer.language.replace("_", "-").split("-")[0], settings.BRAND_LANGUAGE)
    with translation.override(next((code for code in wanted if code in known), "en")):
        yield


def shown(request: HttpRequest, customer: Customer, template: str, **context: Any) -> HttpResponse:
    """A page for the customer."""
    with in_language_of(customer):
        return uncached(render(request, template, {"brand": settings.BRAND, **context}))


def uncached(response: HttpResponse) -> HttpResponse:
    """The answer, marked so that nobody keeps or lists it."""
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response
