"""The tracking API over HTTP. Plain views: a call is checked, stored, and acknowledged after the commit."""

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from django.db import DatabaseError, DataError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from config import clock
from customers.tracking.body import LARGEST_BATCH, LARGEST_EVENT, check_length, plain
from customers.tracking.calls import Call, Kind
from customers.tracking.gather import NotStoredError, OverloadedError, submit
from customers.tracking.keys import NOBODY, Known, key_of, source_of
from customers.tracking.parse import parse_batch, parse_single
from customers.tracking.problems import Problem, at, invalid
from customers.tracking.rate import seconds_to_wait

HEADERS = "Authorization, Content-Type, Content-Encoding"  # whoever names other ones may send them too
RETRY_SECONDS = 2
STORED = b'{"success":true}'
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, OPTIONS",
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


def settings(request: HttpRequest, key: str) -> HttpResponse:
    """`GET /v1/projects/{key}/settings`: what a browser's client asks before it sends: where to, and how."""
    return _guarded(request, partial(_settings, key=key))


def _settings(request: HttpRequest, key: str) -> HttpResponse:
    if request.method != "GET":
        return _refused_method("GET, OPTIONS")
    _source(key)
    sends = {"apiKey": key, "apiHost": f"{request.get_host()}/v1", "protocol": request.scheme}
    told: dict[str, Any] = {"integrations": {"Segment.io": sends}, "plan": {}, "middlewareSettings": {}}
    told["metrics"] = {"sampleRate": 0}  # else it tells its maker how it is doing
    return HttpResponse(msgspec.json.encode(told), content_type="application/json")


def _answered(request: HttpRequest, parse: Parse, limit: int) -> HttpResponse:
    return _guarded(request, partial(_answer, parse=parse, limit=limit))


def _guarded(request: HttpRequest, respond: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    try:
        answer = (
            HttpResponse(status=HTTPStatus.NO_CONTENT) if request.method == "OPTIONS" else respond(request)
        )
    except Problem as problem:
        answer = problem.response()
    except DataError:
        answer = invalid(
            [at("", "A value in this request can't be kept. Look for extreme numbers.")]
        ).response()
    except OverloadedError as error:
        answer = _too_many(RETRY_SECONDS, str(error)).response()
    except (NotStoredError, DatabaseError, InterfaceError):
        detail = "Nothing was stored, for the database does not take it now. Send it again in a moment."
        answer = Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, retry_after=RETRY_SECONDS).response()
    for name, value in CORS.items():
        answer[name] = value
    asked = request.headers.get("Access-Control-Request-Headers", "")
    answer["Access-Control-Allow-Headers"] = asked if _is_plain(asked) else HEADERS
    return answer


def _is_plain(names: str) -> bool:
    return bool(names) and names.isascii() and names.isprintable()


def _answer(request: HttpRequest, parse: Parse, limit: int) -> HttpResponse:
    if request.method != "POST":
        return _refused_method("POST, OPTIONS")
    length = request.META.get("CONTENT_LENGTH") or "0"
    check_length(int(length) if length.isdecimal() else 0, limit)
    key = key_of(request)
    if key:
        source = _source(key)  # before anything is parsed for somebody unknown
    body = plain(request.body, request.headers.get("Content-Encoding", ""), limit)
    calls, body_key = parse(body)
    if not key:
        source = _source(body_key)
    if seconds := seconds_to_wait(source.id, source.most_per_second, len(calls)):
        raise _too_many(seconds, "The source sends more calls than it may. Send these again later.")
    if calls:
        submit(calls, source.id)
    return HttpResponse(STORED, content_type="application/json")


def _refused_method(allowed: str) -> HttpResponse:
    refused = Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"Send one of: {allowed}.").response()
    refused["Allow"] = allowed
    return refused


def _too_many(seconds: int, detail: str) -> Problem:
    reset_at = int(clock.now().timestamp()) + seconds
    return Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, retry_after=seconds, reset_at=reset_at)


def _source(key: str) -> Known:
    source = source_of(key)
    if source.id != NOBODY:
        return source
    raise Problem(
        HTTPStatus.UNAUTHORIZED,
        "The write key is missing, unknown or switched off. Send it as the name of Basic authentication.",
    )
