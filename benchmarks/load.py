"""HTTP requests over connections that stay open, from a process of its own, as cheap as can be."""

import asyncio
import base64
import json
import multiprocessing
import re
import time
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Sent(NamedTuple):
    """A request that was answered with 200: when it was to go, and when its answer was whole (monotonic)."""

    begun_at: float
    answered_at: float

    @property
    def seconds(self) -> float:
        """How long the caller waited."""
        return self.answered_at - self.begun_at


def request(port: int, path: str, write_key: str, body: Any) -> bytes:
    """A POST of JSON as it goes over the wire."""
    text = json.dumps(body).encode()
    key = base64.b64encode(f"{write_key}:".encode()).decode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Basic {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n"
    )
    return head.encode() + text


class Caller(asyncio.Protocol):
    """One connection: takes the next request when the answer to its last one is whole."""

    def __init__(self, work: Iterator[tuple[float, bytes]], sent: list[Sent]) -> None:
        self.loop = asyncio.get_running_loop()
        self.ended = self.loop.create_future()
        self._work, self._sent = work, sent
        self._buffer = b""
        self._begun_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = transport
        self._next()

    def _next(self) -> None:
        work = next(self._work, None)
        if work is None:
            self.ended.set_result(None)
            self._transport.close()
            return
        due_at, text = work
        now = time.monotonic()
        self._begun_at = (
            due_at or now
        )  # a request that had to wait for a free connection waits since it was due
        if due_at > now:
            self.loop.call_later(due_at - now, self._transport.write, text)
        else:
            self._transport.write(text)

    def data_received(self, data: bytes) -> None:
        """Note a whole answer and go on."""
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        length = LENGTH.search(self._buffer, 0, head) if head >= 0 else None
        if length is None or len(self._buffer) < head + 4 + int(length[1]):
            return
        if not self._buffer.startswith(b"HTTP/1.1 200"):
            self.ended.set_exception(RuntimeError(f"Refused: {self._buffer[:500]!r}"))
            self._transport.close()
            return
        self._sent.append(Sent(self._begun_at, time.monotonic()))
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        """Fail where it was not the end."""
        if not self.ended.done():
            self.ended.set_exception(error or ConnectionError("The server closed the connection."))


async def _call(port: int, requests: Sequence[bytes], connections: int, per_second: float) -> list[Sent]:
    start = time.monotonic() + 0.05
    work = iter((start + n / per_second if per_second else 0.0, text) for n, text in enumerate(requests))
    sent: list[Sent] = []
    loop = asyncio.get_running_loop()
    made = [
        await loop.create_connection(lambda: Caller(work, sent), "127.0.0.1", port)
        for _ in range(connections)
    ]
    await asyncio.gather(*(caller.ended for _, caller in made))
    return sent


def _run(pipe: Connection, port: int, requests: Sequence[bytes], connections: int, per_second: float) -> None:
    try:
        pipe.send(asyncio.run(_call(port, requests, connections, per_second)))
    except Exception as error:  # noqa: BLE001 - told to who asked
        pipe.send(RuntimeError(f"The load failed: {error!r}"))


def blast(port: int, requests: Sequence[bytes], connections: int, per_second: float = 0) -> list[Sent]:
    """Send all requests over so many connections, at a pace if given; returns when all are answered."""
    ours, theirs = multiprocessing.Pipe()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=_run, args=(theirs, port, requests, connections, per_second))
    process.start()
    answer = ours.recv()
    process.join()
    if isinstance(answer, Exception):
        raise answer
    return answer
