"""Part customers by what became of a message, and what they did with it."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from channels.models import Reason
from journeys.step import Advance, Did, Moment, Named, Outcome, Step, by
from journeys.steps.branch import ELSE, check_names

Became = Literal[
    "opened", "clicked", "delivered", "sent", "bounced", "complained", "suppressed", "failed", "not_yet"
]
OPEN = frozenset({"", "queued", "held", "sending"})
SENT = frozenset({"sent", "delivered", "bounced", "complained", "uncertain"})


class MessageCase(BaseModel):
    """A branch and what leads into it; of `suppressed` and `failed`, with `reasons`, only for these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    was: Became
    reasons: tuple[Reason, ...] = Field((), max_length=20)

    @model_validator(mode="after")
    def _has_reasons(self) -> Self:
        if self.reasons and self.was not in {"suppressed", "failed"}:
            raise ValueError(_("'reasons' go with suppressed and failed"))
        return self

    def holds(self, did: Did) -> bool:
        """Whether that is so. Who clicked has opened, and who opened has received: pictures may be off."""
        match self.was:
            case "clicked":
                return did.is_clicked
            case "opened":
                return did.is_opened or did.is_clicked
            case "delivered":
                return did.state == "delivered" or did.is_delivered or did.is_opened or did.is_clicked
            case "sent":
                return did.state in SENT
            case "not_yet":
                return did.state in OPEN
        return did.state == self.was and (not self.reasons or did.reason in self.reasons)


class BranchByMessage(Step):
    """Take the branch of the first case that is so of the last message, or of that of `step`; `else` if none.

    What machines opened and clicked doesn't count. `not_yet`: it has no fate yet, or there is none.
    """

    kind = "branch_message"
    fresh = {"cases": [{"branch": "opened", "was": "opened"}]}

    step: Annotated[str, by("step:sending")] = Field(
        "", max_length=60, description=_("A sending step; none: the last message of the journey.")
    )
    cases: tuple[MessageCase, ...] = Field(min_length=1, max_length=20)

    @field_validator("cases")
    @classmethod
    def _names_differ(cls, cases: tuple[MessageCase, ...]) -> tuple[MessageCase, ...]:
        check_names([case.branch for case in cases])
        return cases

    @property
    def branches(self) -> tuple[str, ...]:
        """The named branches in their order, then `else`."""
        return (*(case.branch for case in self.cases), ELSE)

    @property
    def names(self) -> Mapping[str, Named]:
        """The sending step."""
        return {"step": Named("sending step", self.step)} if self.step else {}

    @property
    def message_of(self) -> str:
        """That step's message."""
        return self.step

    def decide(self, moment: Moment) -> Outcome:
        """The first that is so."""
        found = (case.branch for case in self.cases if case.holds(moment.did))
        return Advance(next(found, ELSE))
