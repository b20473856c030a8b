"""A provider that sends nowhere: each message is a line in a file, on the disk before the answer is given.

For tests, rehearsals and simulations. The file is the truth of what was handed over, kept by nobody but
this module; what is in it twice was sent twice. It can be told to misbehave as real providers do.
"""

import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal

from channels.provider import (
    Outgoing,
    PermanentDeliveryError,
    Provider,
    Receipt,
    TemporaryDeliveryError,
    providers,
)

Fault = Literal["", "temporary", "permanent", "lost"]


class Journal(Provider):
    """Appends to `path`. `refuse`, `defer`, `lose`, `gone` list addresses; `fault` is of the whole call.

    A lost message is written down and never answered for: it was accepted, and nobody heard.
    """

    kind: ClassVar[str] = "journal"
    channel: ClassVar[str] = ""  # any

    path: str
    refuse: frozenset[str] = frozenset()
    defer: frozenset[str] = frozenset()
    lose: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    fault: Fault = ""
    retry_after: timedelta | None = None
    delay: float = 0.0

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Write down what is accepted, see it on the disk, answer."""
        time.sleep(self.delay)
        if self.fault == "temporary":
            raise TemporaryDeliveryError("The journal is told to be away.", self.retry_after)
        if self.fault == "permanent":
            raise PermanentDeliveryError("The journal is told to refuse everything.")
        accepted = [m for m in messages if m.address not in self.refuse | self.defer | self.gone]
        with self._appending() as file:
            os.write(file, "".join(_line(message) for message in accepted).encode())
            os.fsync(file)
        if self.fault == "lost":
            raise ConnectionResetError("The journal is told to lose its answer.")
        return [self._receipt(message) for message in messages if message.address not in self.lose]

    @contextmanager
    def _appending(self) -> Iterator[int]:
        """The file, open so that each write goes to its end whole, whoever else writes."""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            yield file
        finally:
            os.close(file)

    def _receipt(self, message: Outgoing) -> Receipt:
        if message.address in self.refuse:
            return Receipt.refused(message.message_id, "The journal is told to refuse this address.")
        if message.address in self.gone:
            return Receipt.refused(message.message_id, "The address is gone.", is_gone=True)
        if message.address in self.defer:
            return Receipt.try_again(message.message_id, "The journal is told to wait.", self.retry_after)
        return Receipt.accepted(message.message_id, f"journal-{message.public_id}")


class IdempotentJournal(Journal):
    """One that knows ids again: a message that is in the file is not written twice."""

    kind: ClassVar[str] = "journal_idempotent"
    is_idempotent: ClassVar[bool] = True

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Answer for those that are in the file already, and send the others."""
        known = {line["id"] for line in read_journal(self.path)}
        old = [message for message in messages if str(message.public_id) in known]
        new = [message for message in messages if str(message.public_id) not in known]
        again = [Receipt.accepted(message.message_id, f"journal-{message.public_id}") for message in old]
        return again + (super().send(new) if new else [])


def _line(message: Outgoing) -> str:
    entry = {"id": str(message.public_id), "to": message.address, "subject": message.subject}
    return json.dumps(entry) + "\n"


def read_journal(path: str) -> list[dict[str, Any]]:
    """What was handed over, in order; nothing where nothing was."""
    try:
        return [json.loads(line) for line in Path(path).read_text().splitlines()]
    except FileNotFoundError:
        return []


providers.add(Journal.kind, Journal)
providers.add(IdempotentJournal.kind, IdempotentJournal)
