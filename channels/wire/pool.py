"""Connections that stay open from one batch to the next, per process."""

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from channels.wire.smtp import Connection

IDLE = 60.0  # seconds after which a connection is not trusted any more: servers close them


class Pool:
    """The idle connections to one server, the newest first."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[Connection] = []
        self._lock = threading.Lock()

    def take(self, timeout: float) -> Connection:
        """An open connection: an idle one, or a new one. Raises what connecting raises."""
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if time.monotonic() - connection.used_at < IDLE:
                    return connection
                connection.close()
        return Connection(self._url, timeout)

    def renew(self, timeout: float) -> Connection:
        """A new connection in place of a dead one; the other idle ones are dropped with it."""
        self.drain()
        return Connection(self._url, timeout)

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next batch, if it is still open."""
        if connection.is_open:
            with self._lock:
                self._idle.append(connection)

    def drain(self) -> None:
        """Close all that is idle."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()


def pool(url: str) -> Pool:
    """The process's connections to a server."""
    return _pool(url, os.getpid())


def crew(size: int) -> ThreadPoolExecutor:
    """The process's threads for sending in parallel."""
    return _crew(size, os.getpid())


@lru_cache(maxsize=16)
def _pool(url: str, _process: int) -> Pool:
    return Pool(url)


@lru_cache(maxsize=16)
def _crew(size: int, _process: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(size, thread_name_prefix="send")
