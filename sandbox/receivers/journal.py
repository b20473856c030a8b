"""Stores what comes in, in groups: each message waits for the commit that holds it, and many share one."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from typing import Self

from sandbox.receivers.store import Draft, Store, write


class Journal:
    """Writes to the store; `keep` returns once its messages are on the disk.

    What arrived in one turn of the loop is one group. The commit stands in the loop on purpose: while it
    waits for the disk, the next group gathers in the sockets, and no thread has to be woken for a message.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[tuple[list[Draft], asyncio.Future[None]]] = []

    async def __aenter__(self) -> Self:
        self._store.create()
        self._connection = self._store.connect()
        self._loop = asyncio.get_running_loop()
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._write_group()
        self._connection.close()

    async def keep(self, drafts: list[Draft]) -> None:
        """Store messages; raises what the disk says where it can't."""
        if not self._waiting:
            self._loop.call_soon(self._write_group)
        kept: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append((drafts, kept))
        await kept

    def _write_group(self) -> None:
        group, self._waiting = self._waiting, []
        if not group:
            return
        error = self._try_to_write([draft for drafts, _ in group for draft in drafts])
        for _, kept in group:
            if error is not None and not kept.cancelled():
                kept.set_exception(error)
            elif not kept.cancelled():
                kept.set_result(None)

    def _try_to_write(self, drafts: list[Draft]) -> Exception | None:
        try:
            write(self._connection, drafts, datetime.now(UTC))
        except (sqlite3.Error, OSError) as error:
            return error
        return None
