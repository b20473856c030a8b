"""Note whether the customer agrees to be written to."""

from typing import Annotated, Literal

from pydantic import Field

from journeys.changing import ChangeStep
from journeys.step import Json, Moment, by


class SetConsent(ChangeStep):
    """Set consent on a channel for a topic (none: the whole channel); its source is the journey.

    A grant must rest on what the customer said, such as the event of a form: `wording` is kept with it.
    """

    kind = "set_consent"
    fresh = {"channel": "email", "granted": True}

    channel: Literal["email", "sms", "push"]
    topic: Annotated[str, by("topic")] = Field("", max_length=60, pattern=r"^[^\x00]*$")
    granted: bool
    wording: str = Field("", max_length=500, pattern=r"^[^\x00]*$")

    def change(self, moment: Moment) -> Json:  # noqa: ARG002 - the same at any moment
        """The word."""
        return self.model_dump()
