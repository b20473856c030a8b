"""Both receivers in one process on loopback: SMTP and HTTP over one journal."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Self

from sandbox.receivers.faults import Faults
from sandbox.receivers.journal import Journal
from sandbox.receivers.mail import MailReceiver, smtp_server
from sandbox.receivers.providers import Providers
from sandbox.receivers.store import FILE, Store
from sandbox.receivers.web import LARGEST_HEAD, serve_connection

HOST = "127.0.0.1"


class Receivers:
    """The running receivers. Port 0 takes a free one; `smtp_port` and `http_port` then say which."""

    def __init__(
        self, var: Path, *, smtp_port: int = 0, http_port: int = 0, faults: Faults | None = None
    ) -> None:
        self.store = Store(var / FILE)
        self.smtp_port = smtp_port
        self.http_port = http_port
        self._faults = faults or Faults()
        self._stack = AsyncExitStack()

    @property
    def url(self) -> str:
        """Where the HTTP receiver listens."""
        return f"http://{HOST}:{self.http_port}"

    async def __aenter__(self) -> Self:
        journal = await self._stack.enter_async_context(Journal(self.store))
        mail = MailReceiver(journal, self._faults)
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(partial(smtp_server, mail), HOST, self.smtp_port)
        respond = Providers(journal, self.store, mail).respond
        http = await asyncio.start_server(
            partial(serve_connection, respond), HOST, self.http_port, limit=LARGEST_HEAD
        )
        for server in (smtp, http):
            self._stack.callback(server.close)
        self.smtp_port, self.http_port = _port(smtp), _port(http)
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._stack.aclose()


def _port(server: asyncio.AbstractServer) -> int:
    port: int = server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    return port


@contextmanager
def receiving(var: Path) -> Iterator[Receivers]:
    """Receivers on free ports in a thread of this process, for tests and experiments."""
    ready: threading.Event = threading.Event()
    receivers = Receivers(var)
    ended: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def serve() -> None:
        end = asyncio.Event()
        ended.append((asyncio.get_running_loop(), end))
        async with receivers:
            ready.set()
            await end.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="receivers", daemon=True)
    thread.start()
    ready.wait(10)
    try:
        yield receivers
    finally:
        loop, end = ended[0]
        loop.call_soon_threadsafe(end.set)
        thread.join(10)
