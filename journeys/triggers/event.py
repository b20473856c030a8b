"""Something that a customer did."""

from typing import Annotated

from pydantic import Field

from journeys.entry import Trigger
from journeys.step import Filters, Listen, by


class EventTrigger(Trigger):
    """An event of that name whose properties pass the filter `where`."""

    kind = "event"

    event: Annotated[str, by("event")] = Field(min_length=1, max_length=200)
    where: Filters = []

    @property
    def listens(self) -> Listen:
        """The event itself."""
        return Listen(self.event, self.where)
