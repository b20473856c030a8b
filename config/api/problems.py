"""Errors as RFC 9457 problem details: what was wrong, where, what to do. Bad input never ends in a 500."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, NotRequired, TypedDict

from django.core.exceptions import RequestDataTooBig
from django.core.exceptions import ValidationError as ModelInvalidError
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from psycopg import errors as pg
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)
PROBLEM_JSON = "application/problem+json"


class Fault(TypedDict):
    """One thing that was wrong: where, and what to do about it."""

    path: str
    message: str


class Problem(TypedDict):
    """The body of every answer that is an error."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[list[Fault]]


class InvalidError(APIException):
    """Some of what was sent can't be accepted; `faults` says what."""

    status_code = HTTPStatus.BAD_REQUEST
    default_code = "invalid"

    def __init__(self, faults: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(faults[0]["message"] if faults else None)
        self.faults = [Fault(path=str(each["path"]), message=str(each["message"])) for each in faults]


class ConflictError(APIException):
    """It can't be done as things stand: the row is in another state, or something still needs it."""

    status_code = HTTPStatus.CONFLICT
    default_code = "conflict"


class UnavailableError(APIException):
    """The database could not do it just now."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_code = "unavailable"


@contextmanager
def told_at(path: str, *kinds: type[Exception]) -> Iterator[None]:
    """Turn an app's own refusals into a 400 whose paths begin with `path`.

    A refusal either lists what was wrong as `errors` (`{"path", "message"}`), or says it in one sentence.
    """
    try:
        yield
    except kinds as refusal:
        listed = getattr(refusal, "errors", None) or [{"path": "", "message": str(refusal)}]
        faults = [
            {"path": f"{path}.{each['path']}".strip("."), "message": each["message"]} for each in listed
        ]
        raise InvalidError(faults) from refusal


@contextmanager
def conflicting(*kinds: type[Exception]) -> Iterator[None]:
    """Turn an app's refusal of a move that its state does not allow into a 409."""
    try:
        yield
    except kinds as refusal:
        raise ConflictError(str(refusal)) from refusal


def problem_details(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: each error that is the asker's as a problem; ours stay exceptions."""
    known = _as_api_error(error)
    response = exception_handler(known, context)
    if response is None:
        return None
    response.data = _problem(response.status_code, known)
    response.content_type = PROBLEM_JSON
    if isinstance(known, UnavailableError):
        response["Retry-After"] = "5"
    return response


def no_such_route(request: HttpRequest) -> JsonResponse:
    """The answer under /api/ where no route fits."""
    detail = _("There is no %(path)s. The schema at /api/v1/schema/ lists all routes.") % {
        "path": request.path
    }
    body = Problem(type="about:blank", title=HTTPStatus.NOT_FOUND.phrase, status=404, detail=detail)
    return JsonResponse(body, status=404, content_type=PROBLEM_JSON)


def _as_api_error(error: Exception) -> Exception:  # noqa: PLR0911 - a table
    """The API's word for what Django and PostgreSQL raise where something impossible was asked."""
    match error:
        case ModelInvalidError():
            return InvalidError(list(_model_faults(error)))
        case ProtectedError() | RestrictedError():
            return ConflictError(_("Something else still uses it. Change that first."))
        case IntegrityError(__cause__=pg.UniqueViolation()):
            return ConflictError(_("There is one like it already."))
        case DataError() | IntegrityError():
            logger.warning("PostgreSQL refused a request: %s", type(error.__cause__).__name__)
            return InvalidError([{"path": "", "message": _("A value is not one that can be stored.")}])
        case RequestDataTooBig():
            return InvalidError([{"path": "", "message": _("The body is too large.")}])
        case OperationalError(__cause__=pg.QueryCanceled()):
            return UnavailableError(_("This took too long. Ask for less: narrow the filters or the time."))
        case OperationalError():
            return UnavailableError(_("The database does not answer. Try again in a few seconds."))
    return error


def _problem(status: int, error: Exception) -> Problem:
    faults = _faults(error)
    if faults:
        detail = "; ".join(f"{each['path']}: {each['message']}".removeprefix(": ") for each in faults[:3])
    else:
        detail = str(getattr(error, "detail", "")) or str(error)
    problem = Problem(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail)
    if faults:
        problem["errors"] = faults
    return problem


def _faults(error: Exception) -> list[Fault]:
    if isinstance(error, InvalidError):
        return error.faults
    if isinstance(error, ValidationError):
        return list(_flat("", error.detail))
    return []


def _flat(path: str, detail: Any) -> Iterator[Fault]:
    """DRF's nested errors as a flat list; errors of the whole are told at the path of what holds them."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            inside = f"{path}.{key}" if path else str(key)
            yield from _flat(path if key == "non_field_errors" else inside, inner)
    elif isinstance(detail, ErrorDetail | str):
        yield Fault(path=path, message=str(detail))
    else:
        for number, inner in enumerate(detail):
            is_word = isinstance(inner, ErrorDetail | str)
            yield from _flat(path if is_word else f"{path}.{number}".removeprefix("."), inner)


def _model_faults(error: ModelInvalidError) -> Iterator[Fault]:
    by_field = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    for field, messages in by_field.items():
        for message in messages:
            yield Fault(path="" if field == "__all__" else field, message=message)
