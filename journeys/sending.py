"""What all send steps share: settings of a message, and the wait for its fate."""

from abc import abstractmethod
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, ClassVar, NamedTuple

from django.utils.translation import gettext_noop as _
from pydantic import ConfigDict, Field

from journeys.span import Span
from journeys.step import Advance, Json, Moment, Outcome, Send, Step, by

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


class Chosen(NamedTuple):
    """Which content goes out on which channel, and those that may take its place when a cap is full."""

    channel: str
    content: str
    fallbacks: tuple[str, ...]


class Sending(Step):
    """Send something. The step is over when its message has a fate, and later waits count from the sending.

    Of fates, `uncertain` (the provider's answer never came) goes by `sent`: the customer may have got it.
    """

    priority: int = Field(50, ge=0, le=100, description=_("The higher wins a contested place under a cap."))
    on_cap: OnCap = OnCap.HOLD
    expires_after: Span | None = Field(None, description=_("Of no use later than this."))
    then: Then = Then.WAIT_FOR_FATE

    @property
    def branches(self) -> tuple[str, ...]:
        """By the message's fate; both lead to `next` where the graph doesn't tell them apart."""
        return (SENT, NOT_SENT) if self.then == Then.WAIT_FOR_FATE else ("next",)

    @property
    @abstractmethod
    def channels(self) -> Mapping[str, str]:
        """Of contents that must be of one channel: settings path → channel."""

    @abstractmethod
    def choose(self, moment: Moment) -> Chosen:
        """What goes out to this customer."""

    @property
    def reads_zone(self) -> bool:
        """Where the message is of use for days."""
        return self.expires_after is not None and self.expires_after.is_wall

    def decide(self, moment: Moment) -> Outcome:
        """Send at first; go on by the branch of the fate."""
        if moment.fate:
            return Advance(self.branch_of(moment), moment.fated_at)
        channel, content, fallbacks = self.choose(moment)
        return Send(
            channel=channel,
            content=content,
            priority=self.priority,
            on_cap=self.on_cap.value,
            fallbacks=fallbacks,
            expires_at=self.expires_after.after(moment.now, moment.zone) if self.expires_after else None,
            waits=self.then == Then.WAIT_FOR_FATE,
        )

    def branch_of(self, moment: Moment) -> str:
        """By which branch the fate leads on."""
        return NOT_SENT if moment.fate in FATES_NOT_SENT else SENT


def _of_its_channel(schema: Json, step: Any) -> None:
    """Have the designer offer the contents of the step's channel."""
    schema["properties"]["content"]["widget"] = f"content:{step.channel}"


class SendStep(Sending):
    """Send `content` on the channel of this kind of step."""

    model_config = ConfigDict(json_schema_extra=_of_its_channel)

    channel: ClassVar[str]

    content: str = Field(min_length=1, max_length=80)
    fallbacks: tuple[Annotated[str, by("content")], ...] = Field(
        (), max_length=4, description=_("Contents on other channels, in order.")
    )

    @property
    def contents(self) -> Mapping[str, str]:
        """The content and its fallbacks."""
        return {"content": self.content} | {f"fallbacks.{n}": slug for n, slug in enumerate(self.fallbacks)}

    @property
    def channels(self) -> Mapping[str, str]:
        """The content's."""
        return {"content": self.channel}

    def choose(self, moment: Moment) -> Chosen:  # noqa: ARG002 - the same for all
        """That content."""
        return Chosen(self.channel, self.content, self.fallbacks)
