"""Pages of the admin show and take times in the brand's own time zone; everything else is UTC."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer requests to the admin in the brand's zone."""
    zone = ZoneInfo(settings.BRAND_TIME_ZONE)

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/admin/"):
            return get_response(request)
        with timezone.override(zone):
            return get_response(request)

    return respond
