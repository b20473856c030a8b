"""Pages for customers, who log in nowhere: in their language, kept by nobody on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from customers.models import Customer


def part_of_address(request: HttpRequest) -> str:
    """From which network a request came, as a proof keeps it: never the whole address of a person."""
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return ""
    bits = 24 if address.version == 4 else 48  # noqa: PLR2004
    return str(ip_network((address, bits), strict=False))


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
