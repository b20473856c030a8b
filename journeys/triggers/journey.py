"""What becomes of customers in another journey."""

from enum import StrEnum
from typing import Annotated

from django.utils.translation import gettext_noop as _
from pydantic import Field, model_validator

from journeys.entry import Slug, Trigger
from journeys.step import Json, Listen, by


class Turn(StrEnum):
    """What a journey tells of those inside."""

    ENTERED = "entered"
    ENDED = "ended"


class JourneyTrigger(Trigger):
    """Another journey was `happened`; an end may be asked for by its `reason`, such as `goal`."""

    kind = "journey"

    journey: Annotated[Slug, by("journey")]
    happened: Turn = Turn.ENDED
    reason: str | None = Field(None, min_length=1, max_length=60)

    @model_validator(mode="after")
    def _fits(self) -> "JourneyTrigger":
        if self.reason and self.happened != Turn.ENDED:
            raise ValueError(_("a reason goes with an end"))
        return self

    @property
    def listens(self) -> Listen:
        """The system event of it."""
        lines: list[Json] = [{"property": "journey", "operator": "equals", "value": self.journey}]
        if self.reason:
            lines.append({"property": "reason", "operator": "equals", "value": self.reason})
        return Listen(f"$journey_{self.happened}", lines)

    @property
    def journeys(self) -> dict[str, str]:
        """The other one."""
        return {"journey": self.journey}
