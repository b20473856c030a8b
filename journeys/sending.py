"""What all send steps share: settings of a message, and the wait for its fate."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from journeys.step import Advance, Moment, Outcome, Send, Span, Step

SENT, NOT_SENT = "sent", "not_sent"
FATES_NOT_SENT = frozenset({"suppressed", "failed"})


class OnCap(StrEnum):
    """What the message does when a cap is full."""

    HOLD = "hold"
    SWITCH = "switch"
    DROP = "drop"


class Then(StrEnum):
    """When the customer goes on."""

    WAIT_FOR_FATE = "wait_for_fate"
    MOVE_ON = "move_on"


class SendStep(Step):
    """Send `content`. The step is over when its message has a fate, and later waits count from the sending.

    Of fates, `uncertain` (the provider's answer never came) goes by `sent`: the customer may have got it.
    """

    channel: ClassVar[str]

    content: str = Field(min_length=1, max_length=80, description="The key of the content.")
    priority: int = Field(50, ge=0, le=100, description="The higher wins a contested place under a cap.")
    on_cap: OnCap = OnCap.HOLD
    fallbacks: tuple[str, ...] = Field((), max_length=4, description="Contents on other channels, in order.")
    expires_after: Span | None = Field(None, description="Of no use later than this.")
    then: Then = Then.WAIT_FOR_FATE

    @property
    def branches(self) -> tuple[str, ...]:
        """By the message's fate; both lead to `next` where the graph doesn't tell them apart."""
        return (SENT, NOT_SENT) if self.then == Then.WAIT_FOR_FATE else ("next",)

    @property
    def contents(self) -> Mapping[str, str]:
        """The content and its fallbacks."""
        return {"content": self.content} | {f"fallbacks.{n}": slug for n, slug in enumerate(self.fallbacks)}

    def decide(self, moment: Moment) -> Outcome:
        """Send at first; go on by the branch of the fate."""
        if moment.fate:
            return Advance(NOT_SENT if moment.fate in FATES_NOT_SENT else SENT, moment.fated_at)
        return Send(
            channel=self.channel,
            content=self.content,
            priority=self.priority,
            on_cap=self.on_cap.value,
            fallbacks=self.fallbacks,
            expires_at=moment.now + self.expires_after if self.expires_after else None,
            waits=self.then == Then.WAIT_FOR_FATE,
        )
