"""The bytes of a request: inflated, and refused where they are too many, before anything is parsed."""

import zlib
from http import HTTPStatus

from customers.tracking.problems import Problem, at, invalid

LARGEST_EVENT = 32 * 1024
LARGEST_BATCH = 500 * 1024
LARGEST_INFLATED = 1024 * 1024
GZIP = b"\x1f\x8b"


def check_length(length: int, limit: int) -> None:
    """413 where a body is longer than `limit` bytes."""
    if length > limit:
        raise Problem(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The body has {length} bytes; at most {limit} are taken. Send several smaller requests.",
        )


def plain(body: bytes, encoding: str, limit: int) -> bytes:
    """The body without its Content-Encoding; 413 where it is too large, 415 for unknown encodings."""
    check_length(len(body), limit)
    encoding = encoding.strip().lower()
    if encoding == "gzip":
        body = _inflate(body)
        check_length(len(body), limit)
    elif "gzip" in encoding:
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is compressed more than once.")
    elif encoding not in {"", "identity"}:
        raise Problem(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"Content-Encoding {encoding[:40]!r} is not known. Use gzip."
        )
    return body


def _inflate(body: bytes) -> bytes:
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(body, LARGEST_INFLATED + 1)
    except zlib.error as error:
        raise invalid([at("", "The body says that it is gzip and is not.")]) from error
    check_length(len(text), LARGEST_INFLATED)
    if text.startswith(GZIP):
        raise Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is compressed more than once.")
    if not stream.eof or stream.unused_data:
        raise invalid([at("", "The gzip stream is cut off, or something follows it.")])
    return text
