"""A small HTTP/1.1 server for loopback: reads requests, keeps connections open, writes JSON answers."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

LARGEST_HEAD = 64 * 1024
LARGEST_BODY = 20 * 1024 * 1024


@dataclass(frozen=True)
class Request:
    """One request; header names are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """One answer: JSON, or `raw` as it stands; `vanish` closes the connection instead."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    vanish: bool = False

    def encode(self) -> bytes:
        """The answer as it goes over the wire."""
        body = self.raw if self.raw is not None else json.dumps(self.body).encode()
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", "Content-Type: application/json"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        lines.append(f"Content-Length: {len(body)}")
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class RequestError(Exception):
    """A request that can't be read; the connection is closed after the answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


Respond = Callable[[Request], Awaitable[Answer]]


async def serve_connection(
    respond: Respond, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer the requests of one connection until it closes."""
    try:
        while request := await _read(reader):
            answer = await respond(request)
            if answer.vanish:
                writer.transport.abort()
                return
            writer.write(answer.encode())
            await writer.drain()
            if request.headers.get("connection", "").lower() == "close":
                return
    except RequestError as error:
        writer.write(Answer({"error": str(error)}, error.status, {"Connection": "close"}).encode())
    except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
        return  # gone, or we stop: nobody waits for an answer
    finally:
        writer.close()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request, or None where the other side has closed."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    except asyncio.LimitOverrunError as error:
        raise RequestError(431, "The headers are too long.") from error
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    words = first.split(" ")
    if len(words) != 3:  # noqa: PLR2004 - method, path, version
        raise RequestError(400, "This is no HTTP request.")
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    return Request(words[0], words[1], headers, await _body(reader, headers))


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        raise RequestError(411, "Send a Content-Length.")
    length = headers.get("content-length", "0")
    if not length.isdigit():
        raise RequestError(400, "Content-Length is no number.")
    if int(length) > LARGEST_BODY:
        raise RequestError(413, "The body is over 20 MiB.")
    return await reader.readexactly(int(length))
