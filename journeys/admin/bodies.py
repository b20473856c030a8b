"""What scripts send: a JSON object, or a sentence about why it is none."""

import json

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.utils.translation import gettext as _

from journeys.step import Json


class UnreadableError(ValueError):
    """What was sent is no JSON object."""


def body_of(request: HttpRequest) -> Json:
    """The object that was sent; UnreadableError where it is none, or too large."""
    try:
        body = json.loads(request.body)
    except RequestDataTooBig:
        raise UnreadableError(_("The journey is too large: split it.")) from None
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise UnreadableError(_("A journey is needed here, as a JSON object."))
    return body
