"""A provider that sends nowhere and keeps nothing: the messages' own rows are the record.

For simulations, whose channels all point here. It takes everything at once.
"""

from collections.abc import Sequence
from typing import ClassVar

from channels.provider import Outgoing, Provider, Receipt, providers


class Recording(Provider):
    """Accepts each message and does nothing with it."""

    kind: ClassVar[str] = "recording"
    channel: ClassVar[str] = ""  # any, and so none that can be set up

    def send(self, messages: Sequence[Outgoing]) -> list[Receipt]:
        """Accepted, each of them."""
        return [Receipt.accepted(message.message_id) for message in messages]


providers.add(Recording.kind, Recording)
