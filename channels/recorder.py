"""A provider for rehearsals: it takes every message and hands none over."""

from collections.abc import Sequence
from typing import ClassVar

from channels.provider import Outgoing, Provider, Receipt


class Recorder(Provider):
    """Accepts everything. It is no kind of provider that a channel could be set up with."""

    kind: ClassVar[str] = "recorder"
    channel: ClassVar[str] = ""  # any
    is_idempotent: ClassVar[bool] = True

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Say yes to each."""
        return [Receipt.accepted(message.message_id) for message in messages]
