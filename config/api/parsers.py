"""Reading a request's JSON: what PostgreSQL could not keep is refused with its place. And files."""

import json
from collections.abc import Iterator
from io import BytesIO
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, ValidationError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.request import Request

GREATEST_BODY = 2 * 1024 * 1024
GREATEST_DEPTH = 40
GREATEST_NUMBER = 10**30


class TooLargeError(APIException):
    """The body is larger than any request of this API needs to be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The body is larger than 2 MB.")
    default_code = "too_large"


class CsvParser(BaseParser):
    """A file of CSV as it comes, kept on the disk where it is large; its reading is the route's."""

    media_type = "text/csv"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Any = None,  # noqa: ARG002 - the same
    ) -> Any:
        """The file, to be closed by who reads it."""
        kept = SpooledTemporaryFile(max_size=GREATEST_BODY)  # noqa: SIM115 - handed on
        copyfileobj(stream, kept)
        return kept

    @classmethod
    def is_sent(cls, request: Request) -> bool:
        """Whether the request's body is such a file."""
        return (request.content_type or "").partition(";")[0].strip().lower() == cls.media_type

    @staticmethod
    def file_of(request: Request) -> IO[bytes]:
        """The file; an empty one where the request has no body."""
        body: Any = request.data
        return body if isinstance(body, SpooledTemporaryFile) else BytesIO()


class StrictJSONParser(JSONParser):
    """JSON without NaN, endless numbers, NUL, lone surrogates and depths that no rule or graph has."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's signature
        parser_context: Any = None,  # noqa: ARG002 - the same
    ) -> Any:
        """The body; 400 with the path of what can't be kept, 413 where it is too large."""
        body = stream.read(GREATEST_BODY + 1)
        if len(body) > GREATEST_BODY:
            raise TooLargeError
        try:
            data = json.loads(body.decode("utf-8-sig"), parse_constant=_refuse)
        except RecursionError as error:
            raise ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:  # of decoding, of JSON, and of numbers with thousands of digits
            raise ParseError(_("The body is not valid JSON: %(error)s.") % {"error": error}) from error
        for path, message in _faults(data):
            shown = path.encode("ascii", "backslashreplace").decode().replace("\0", "\\0")
            raise ValidationError({shown: [message]} if shown else [message])
        return data


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a number of JSON")


def _faults(data: Any) -> Iterator[tuple[str, str]]:
    """The path and reproach of each value that can't be kept; by no recursion: bodies are others' making."""
    waiting: list[tuple[str, Any, int]] = [("", data, 0)]
    while waiting:
        path, value, depth = waiting.pop()
        if depth > GREATEST_DEPTH:
            yield path, _("The JSON is nested too deeply.")
        elif isinstance(value, dict):
            for key, inner in value.items():
                place = f"{path}.{key}" if path else key
                if fault := _text_fault(key):
                    yield place, fault
                waiting.append((place, inner, depth + 1))
        elif isinstance(value, list):
            waiting += [
                (f"{path}.{place}" if path else str(place), inner, depth + 1)
                for place, inner in enumerate(value)
            ]
        elif fault := _text_fault(value) or _number_fault(value):
            yield path, fault


def _text_fault(value: Any) -> str:
    if not isinstance(value, str):
        return ""
    if "\0" in value:
        return _("Text must not contain the NUL character.")
    try:
        value.encode()
    except UnicodeEncodeError:
        return _("Text must not contain half of a surrogate pair.")
    return ""


def _number_fault(value: Any) -> str:
    if isinstance(value, (int, float)) and abs(value) > GREATEST_NUMBER:
        return _("The number is too large.")
    return ""
