"""Part customers by rules."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

from journeys.step import Advance, Ask, Moment, Outcome, Step

ELSE = "else"


class Case(BaseModel):
    """A branch and the rule that leads into it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    rule: dict[str, Any]


class Branch(Step):
    """Take the branch of the first rule that holds for the customer; `else` if none does."""

    kind = "branch"

    rules: tuple[Case, ...] = Field(min_length=1, max_length=20)

    @field_validator("rules")
    @classmethod
    def _names_differ(cls, rules: tuple[Case, ...]) -> tuple[Case, ...]:
        names = [case.branch for case in rules]
        if ELSE in names or "next" in names:
            raise ValueError(
                "'else' is for those of whom no rule holds, 'next' for all branches without a target"
            )
        if len(set(names)) < len(names):
            raise ValueError("two branches have the same name")
        return rules

    @property
    def branches(self) -> tuple[str, ...]:
        """The named branches in their order, then `else`."""
        return (*(case.branch for case in self.rules), ELSE)

    @property
    def asks(self) -> Mapping[str, Ask]:
        """Each branch's rule."""
        return {case.branch: Ask(f"rules.{n}.rule", case.rule) for n, case in enumerate(self.rules)}

    def decide(self, moment: Moment) -> Outcome:
        """The first that holds."""
        for case in self.rules:
            if case.branch in moment.holds:
                return Advance(case.branch)
        return Advance(ELSE)
