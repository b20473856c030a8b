"""The answer to a request that does not show that it came from our own page."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: as JSON to a script that sent JSON, else as Django's page."""
    if request.content_type == "application/json":
        return JsonResponse({"detail": _("Your session has changed: load the page anew.")}, status=403)
    return csrf_failure(request, reason)
