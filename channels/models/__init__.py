"""The rows of this app; their states and legal moves are in channels/README.md."""

from channels.models.callback import Callback
from channels.models.cap import Cap, QuietHours
from channels.models.channel import Channel, ChannelKind
from channels.models.content import Content, ContentText
from channels.models.holdout import Holdout
from channels.models.message import (
    FateNotice,
    Message,
    MessageSource,
    MessageState,
    OnCap,
    PausedSource,
    Reason,
)
from channels.models.preference import Preference
from channels.models.tally import Counted, MessageTally

__all__ = [
    "Callback",
    "Cap",
    "Channel",
    "ChannelKind",
    "Content",
    "ContentText",
    "Counted",
    "FateNotice",
    "Holdout",
    "Message",
    "MessageSource",
    "MessageState",
    "MessageTally",
    "OnCap",
    "PausedSource",
    "Preference",
    "QuietHours",
    "Reason",
]
