"""Take the customer out of another journey."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from journeys.changing import ChangeStep
from journeys.step import Json, Moment, Named, by


class JourneyStep(ChangeStep):
    """A journey, by its key."""

    journey: Annotated[str, by("journey")] = Field(min_length=1, max_length=80)

    @property
    def names(self) -> Mapping[str, Named]:
        """The journey."""
        return {"journey": Named("journey", self.journey)}


class StopJourney(JourneyStep):
    """Let the customer leave `journey`, wherever in it; messages that were not sent yet are withdrawn."""

    kind = "stop_journey"
    fresh = {"reason": "stopped"}

    reason: str = Field("stopped", min_length=1, max_length=60, pattern=r"^[^\x00]*$")

    def change(self, moment: Moment) -> Json:  # noqa: ARG002 - the same at any moment
        """The journey and why."""
        return {"journey": self.journey, "reason": self.reason}
