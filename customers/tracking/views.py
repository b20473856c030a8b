"""The tracking API over HTTP. Plain views: a call is checked, stored, and acknowledged after the commit."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus

from django.db import DatabaseError, DataError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from customers.tracking.body import LARGEST_BATCH, LARGEST_EVENT, check_length, plain
from customers.tracking.calls import Call, Kind
from customers.tracking.gather import NotStoredError, submit
from customers.tracking.keys import key_of, source_of
from customers.tracking.parse import parse_batch, parse_single
from customers.tracking.problems import Problem, at, invalid

RETRY_SECONDS = 2
STORED = b'{"success":true}'
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Content-Encoding",
    "Access-Control-Max-Age": "86400",
}

Parse = Callable[[bytes], tuple[list[Call], str]]


@csrf_exempt
def batch(request: HttpRequest) -> HttpResponse:
    """`POST /v1/batch`: all of its calls are stored, or none."""
    return _answered(request, parse_batch, LARGEST_BATCH)


@csrf_exempt
def single(request: HttpRequest, kind: Kind) -> HttpResponse:
    """`POST /v1/track` and its siblings: one call."""
    return _answered(request, partial(parse_single, kind=kind), LARGEST_EVENT)


def _answered(request: HttpRequest, parse: Parse, limit: int) -> HttpResponse:
    try:
        answer = _answer(request, parse, limit)
    except Problem as problem:
        answer = problem.response()
    except DataError:
        answer = invalid(
            [at("", "A value in this request can't be kept. Look for extreme numbers.")]
        ).response()
    except (NotStoredError, DatabaseError, InterfaceError):
        detail = "Nothing was stored, for the database does not take it now. Send it again in a moment."
        answer = Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=RETRY_SECONDS).response()
    for name, value in CORS.items():
        answer[name] = value
    return answer


def _answer(request: HttpRequest, parse: Parse, limit: int) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    if request.method != "POST":
        refused = Problem(HTTPStatus.METHOD_NOT_ALLOWED, "Send a POST.").response()
        refused["Allow"] = "POST, OPTIONS"
        return refused
    length = request.META.get("CONTENT_LENGTH") or "0"
    check_length(int(length) if length.isdecimal() else 0, limit)
    key = key_of(request)
    if key:
        source_id = _source(key)  # before anything is parsed for somebody unknown
    body = plain(request.body, request.headers.get("Content-Encoding", ""), limit)
    calls, body_key = parse(body)
    if not key:
        source_id = _source(body_key)
    if calls:
        submit(calls, source_id)
    return HttpResponse(STORED, content_type="application/json")


def _source(key: str) -> int:
    if source_id := source_of(key):
        return source_id
    raise Problem(
        HTTPStatus.UNAUTHORIZED,
        "The write key is missing, unknown or switched off. Send it as the name of Basic authentication.",
    )
