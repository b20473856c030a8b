"""How customers enter a journey: what sets it off, for whom, and how often. Pure."""

from abc import ABC, abstractmethod
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from journeys.step import Json, Listen

Slug = Annotated[str, Field(min_length=1, max_length=80)]


class Policy(StrEnum):
    """How often one customer may enter. Never twice at the same time for the same key."""

    ONCE = "once"
    AGAIN = "again"
    PER_KEY = "per_key"


class Entry(BaseModel):
    """Once ever; again when the last entry is `after` ago; or once for each value of the property `key`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    policy: Policy = Policy.ONCE
    after: timedelta = Field(default=timedelta(0), ge=timedelta(0))
    key: str = Field(
        default="", max_length=200, description="Dotted path of a property of the entering event."
    )

    @model_validator(mode="after")
    def _fits(self) -> "Entry":
        if (self.policy == Policy.PER_KEY) != bool(self.key):
            raise ValueError("a key goes with the policy per_key, and only with it")
        if self.after and self.policy != Policy.AGAIN:
            raise ValueError("'after' goes with the policy again")
        return self


class Trigger(BaseModel, ABC):
    """What sets a journey off: an event, and if given a rule about the customer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: dict[str, Any] | None = Field(None, description="Who may enter; absent: everybody.")
    entry: Entry = Entry()

    @property
    @abstractmethod
    def listens(self) -> Listen:
        """The event to listen to."""


class EventTrigger(Trigger):
    """An event by its name."""

    kind: Literal["event"]
    event: str = Field(min_length=1, max_length=200)
    where: list[Json] = Field(default=[], max_length=20)

    @property
    def listens(self) -> Listen:
        """The event itself."""
        return Listen(self.event, self.where)


class SegmentTrigger(Trigger):
    """A segment entered or left."""

    kind: Literal["segment_entered", "segment_left"]
    segment: Slug

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen(f"${self.kind}", [{"property": "segment", "operator": "equals", "value": self.segment}])


class StageTrigger(Trigger):
    """A stage reached, from whatever other stage."""

    kind: Literal["stage_reached"]
    stage: Slug

    @property
    def listens(self) -> Listen:
        """The system event of that move."""
        return Listen("$stage_changed", [{"property": "to", "operator": "equals", "value": self.stage}])


AnyTrigger = Annotated[EventTrigger | SegmentTrigger | StageTrigger, Field(discriminator="kind")]
