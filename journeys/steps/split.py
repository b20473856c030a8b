"""Part customers by chance, each always alike."""

from typing import Annotated

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator

from journeys.step import Advance, Lots, Moment, Outcome, Step

Salt = Annotated[str, Field(max_length=80, pattern=r"^[\x20-\x7e]*$")]


class Part(BaseModel):
    """A branch and its weight."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    weight: float = Field(1, gt=0, le=10_000)


class Split(Step):
    """Take one of several branches by weight. One customer takes the same each time, by a stable hash.

    Splits of one journey with the same `salt` draw the same lot; without one, the step's id makes it differ.
    """

    kind = "split"
    fresh = {"parts": [{"branch": "a", "weight": 1}, {"branch": "b", "weight": 1}]}

    parts: tuple[Part, ...] = Field(min_length=2, max_length=20)
    salt: Salt = ""

    @field_validator("parts")
    @classmethod
    def _names_differ(cls, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        names = [part.branch for part in parts]
        if "next" in names:
            raise ValueError(_("'next' is for all branches without a target"))
        if len(set(names)) < len(names):
            raise ValueError(_("two branches have the same name"))
        return parts

    @property
    def branches(self) -> tuple[str, ...]:
        """The named ones."""
        return tuple(part.branch for part in self.parts)

    @property
    def lots(self) -> Lots:
        """One for each branch."""
        return Lots(self.salt, tuple(part.weight for part in self.parts))

    def decide(self, moment: Moment) -> Outcome:
        """By the lot that was drawn."""
        return Advance(self.parts[moment.lot].branch)
