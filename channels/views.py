"""What the outside world calls: tracked links, the pixel, the way out, providers' callbacks.

Thin: each calls one function.
"""

import logging
from base64 import b64decode

from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import APIException, NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from channels import hits, links
from channels.callbacks import store_events
from channels.models import Channel
from channels.provider import CallbackError, Provider, provider_of
from channels.public_page import part_of_address, shown, uncached
from channels.unsubscribe import leave, message_to_leave, topic_name
from config import clock
from config.api.problems import InvalidError

logger = logging.getLogger(__name__)

GIF = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
LARGEST_CALLBACK = 1024 * 1024


@require_safe
def follow_link(request: HttpRequest, token: str) -> HttpResponse:
    """Lead to where a message's link leads; the click becomes the customer's event. An altered token: 404."""
    told = links.read_click(token)
    if told is None:
        raise Http404("This link is damaged.")
    public_id, url = told
    by_machine = hits.is_machine(request.method or "", request.headers)
    try:
        hits.record_click(public_id, url, clock.now(), by_machine=by_machine)
    except DatabaseError:
        logger.exception("A click on message %s could not be kept; its reader is led on.", public_id)
    response = HttpResponse(status=302, headers={"Location": url, "Referrer-Policy": "no-referrer"})
    return uncached(response)


@require_safe
def show_pixel(request: HttpRequest, token: str) -> HttpResponse:
    """The pixel at a mail's end; that it was fetched becomes the customer's event. An altered token: 404."""
    public_id = links.read_open(token)
    if public_id is None:
        raise Http404("This picture is not there.")
    try:
        hits.record_open(public_id, clock.now(), by_machine=request.method != "GET")
    except DatabaseError:
        logger.exception("That message %s was opened could not be kept.", public_id)
    return uncached(HttpResponse(GIF, content_type="image/gif"))


@csrf_exempt
@require_http_methods(["GET", "HEAD", "OPTIONS", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The way out.

    GET shows a page and changes nothing; POST, from the page or a mail reader's one click, opts out.
    """
    public_id = links.read_unsubscribe(token)
    message = message_to_leave(public_id) if public_id else None
    if message is None:
        raise Http404("This link is damaged, or what it was about is deleted.")
    is_done = request.method == "POST"
    only_topic = bool(message.topic) and request.POST.get("only") == "topic"
    if is_done:
        leave(message, part_of_address(request), clock.now(), only_topic=only_topic)
    return shown(
        request,
        message.customer,
        "channels/unsubscribe.html",
        topic=topic_name(message),
        channel=message.channel,
        is_done=is_done,
        only_topic=only_topic,
        preferences_url=links.preferences_url(message.public_id),
    )


class UnsignedError(APIException):
    """The callback is not signed by the provider, was altered, or is older than five minutes."""

    status_code = 401
    default_detail = __doc__
    default_code = "unsigned"


class TooLargeError(APIException):
    """The callback is over 1 MiB: send fewer events at once."""

    status_code = 413
    default_detail = __doc__
    default_code = "too_large"


@method_decorator(csrf_exempt, name="dispatch")
class CallbackView(APIView):
    """Takes what a provider reports of messages that it was handed."""

    authentication_classes = []
    permission_classes = [AllowAny]

    @extend_schema(
        summary="Report what became of messages",
        description="Called by providers; signed as the provider does it. Repeating a call changes nothing.",
        request=OpenApiTypes.OBJECT,
        responses={200: OpenApiTypes.OBJECT},
    )
    def post(self, request: Request, provider: str) -> Response:
        """Keep the events of a callback that is signed rightly."""
        _check_size(request)
        sender = _provider(provider)
        if not sender.verify(request):
            raise UnsignedError
        try:
            events = sender.parse(request)
        except CallbackError as error:
            raise InvalidError([{"path": "body", "message": str(error)}]) from error
        new = store_events(provider, events, clock.now())
        return Response({"received": len(events), "new": new})


def _check_size(request: Request) -> None:
    try:
        if len(request.body) <= LARGEST_CALLBACK:
            return
    except RequestDataTooBig:
        pass
    raise TooLargeError


def _provider(kind: str) -> Provider:
    """The provider of that kind as a channel has set it up."""
    channel = Channel.objects.filter(provider=kind).first()
    if channel is None:
        raise NotFound(f"No channel is served by {kind!r}.")
    return provider_of(channel)
