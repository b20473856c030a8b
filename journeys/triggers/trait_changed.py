"""A trait that gets another value."""

from typing import Annotated

from pydantic import Field

from journeys.entry import TraitPath, Trigger
from journeys.step import Json, Listen, by

Value = str | bool | int | float


class TraitChanged(Trigger):
    """A real change of the trait: to `to`, from `from`; each absent: whatever it is."""

    kind = "trait_changed"

    trait: TraitPath
    to: Annotated[Value | None, by("value")] = None
    from_: Annotated[Value | None, by("value")] = Field(None, alias="from")

    @property
    def listens(self) -> Listen:
        """The system event of a change; customers write it for traits that somebody asks for."""
        return Listen("$trait_changed", [_line("trait", self.trait), *self._bounds()])

    def _bounds(self) -> list[Json]:
        ends = {"to": self.to, "from": self.from_}
        return [_line(name, value) for name, value in ends.items() if value is not None]

    @property
    def traits(self) -> tuple[str, ...]:
        """The one."""
        return (self.trait,)


def _line(name: str, value: Value) -> Json:
    return {"property": name, "operator": "equals", "value": value}
