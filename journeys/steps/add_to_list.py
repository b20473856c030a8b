"""Put the customer into a list."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from journeys.changing import ChangeStep
from journeys.step import Json, Moment, Named, by


class ListStep(ChangeStep):
    """A list, by its key: a segment whose members are put in and taken out."""

    list: Annotated[str, by("list")] = Field(min_length=1, max_length=80)

    @property
    def names(self) -> Mapping[str, Named]:
        """The list."""
        return {"list": Named("list", self.list)}

    def change(self, moment: Moment) -> Json:  # noqa: ARG002 - the same at any moment
        """The list."""
        return {"list": self.list}


class AddToList(ListStep):
    """Put the customer into `list`; who is in it stays."""

    kind = "add_to_list"
