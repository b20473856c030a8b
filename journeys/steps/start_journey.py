"""Let the customer enter another journey."""

from typing import Annotated

from pydantic import Field

from journeys.step import Json, Moment, by
from journeys.steps.stop_journey import JourneyStep
from journeys.steps.update_trait import CONTEXT


class StartJourney(JourneyStep):
    """Let the customer enter `journey`, as far as its entry rules allow, with the context of this one.

    Who is refused there goes by `failed`. `key` is a path in the context to what the run is about.
    """

    kind = "start_journey"

    key: Annotated[str, by("context")] = Field("", max_length=200, pattern=CONTEXT)

    def change(self, moment: Moment) -> Json:  # noqa: ARG002 - the same at any moment
        """The journey and the path of the key."""
        return {"journey": self.journey, "key": self.key}
