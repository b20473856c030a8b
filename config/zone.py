"""Pages of the admin in the person's language and time zone, else the browser's and the brand's own.

Everything else is UTC, in the language that is asked for.
"""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

from config.preferences import preferences_of


def middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer requests to the admin so. It stands behind those that know the language and the person."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith("/admin/"):
            return get_response(request)
        wanted = preferences_of(request)
        if wanted.language:
            translation.activate(wanted.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(wanted.time_zone or settings.BRAND_TIME_ZONE)):
            return get_response(request)

    return respond
