"""Part customers by rules, and by what brought them here."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Self

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from journeys.step import Advance, Ask, Filter, Json, Moment, Outcome, RuleTree, Step, by

ELSE = "else"


class Case(BaseModel):
    """A branch, and the rule and the filters on the context that lead into it: of both, both must hold."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    rule: RuleTree | None = None
    context: Annotated[list[Json], by("filter:context")] = Field(
        default=[], max_length=20, description=_("Filters on event.…, trigger.… and answers.<step>.…")
    )

    @model_validator(mode="after")
    def _asks_something(self) -> Self:
        if self.rule is None and not self.context:
            raise ValueError(_("asks nothing: give a rule, or filters on the context"))
        return self


def check_names(names: Sequence[str]) -> None:
    """ValueError where the names of branches mean two things."""
    if ELSE in names or "next" in names:
        raise ValueError(
            _("'else' is for those of whom none holds, 'next' for all branches without a target")
        )
    if len(set(names)) < len(names):
        raise ValueError(_("two branches have the same name"))


class Branch(Step):
    """Take the branch of the first case that holds for the customer; `else` if none does."""

    kind = "branch"
    fresh = {"rules": [{"branch": "yes", "rule": {}}]}

    rules: tuple[Case, ...] = Field(min_length=1, max_length=20)

    @field_validator("rules")
    @classmethod
    def _names_differ(cls, rules: tuple[Case, ...]) -> tuple[Case, ...]:
        check_names([case.branch for case in rules])
        return rules

    @property
    def branches(self) -> tuple[str, ...]:
        """The named branches in their order, then `else`."""
        return (*(case.branch for case in self.rules), ELSE)

    @property
    def asks(self) -> Mapping[str, Ask]:
        """Each branch's rule."""
        cases = enumerate(self.rules)
        return {case.branch: Ask(f"rules.{n}.rule", case.rule) for n, case in cases if case.rule is not None}

    @property
    def filters(self) -> Mapping[str, Filter]:
        """Each branch's filters on the context."""
        cases = enumerate(self.rules)
        return {case.branch: Filter(f"rules.{n}.context", case.context) for n, case in cases if case.context}

    def decide(self, moment: Moment) -> Outcome:
        """The first that holds."""
        for case in self.rules:
            holds = case.rule is None or case.branch in moment.holds
            if holds and (not case.context or case.branch in moment.fits):
                return Advance(case.branch)
        return Advance(ELSE)
