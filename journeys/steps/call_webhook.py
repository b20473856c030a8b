"""Call another system, and go by what it answers."""

from collections.abc import Mapping
from typing import Self

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from journeys.sending import NOT_SENT, SENT, SendStep, Then
from journeys.step import Filter, Filters, Moment


class AnswerCase(BaseModel):
    """A branch, and the filters on the answer that lead into it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    branch: str = Field(pattern=r"^[a-z0-9_-]{1,60}$")
    where: Filters


class CallWebhook(SendStep):
    """Call a system by `content`; its JSON answer is `answers.<this step>` for later steps and texts.

    The branch of the first case whose filters the answer passes is taken, else `sent`; `not_sent` where the
    call was not made or refused. An answer of over 16 KB, or that is no JSON, is not kept.
    """

    kind = "call_webhook"
    channel = "webhook"

    cases: tuple[AnswerCase, ...] = Field((), max_length=20)

    @field_validator("cases")
    @classmethod
    def _names_differ(cls, cases: tuple[AnswerCase, ...]) -> tuple[AnswerCase, ...]:
        names = [case.branch for case in cases]
        if {SENT, NOT_SENT, "next"} & set(names):
            raise ValueError(_("'sent' is for all other answers, 'next' for all branches without a target"))
        if len(set(names)) < len(names):
            raise ValueError(_("two branches have the same name"))
        return cases

    @model_validator(mode="after")
    def _waits_for_the_answer(self) -> Self:
        if self.cases and self.then == Then.MOVE_ON:
            raise ValueError(_("'cases' ask the answer: the step can't move on before it has come"))
        return self

    @property
    def branches(self) -> tuple[str, ...]:
        """The cases', then those of the fate."""
        return (*(case.branch for case in self.cases), *super().branches)

    @property
    def filters(self) -> Mapping[str, Filter]:
        """Each case's, of the answer."""
        cases = enumerate(self.cases)
        return {case.branch: Filter(f"cases.{n}.where", case.where, is_of_answer=True) for n, case in cases}

    def branch_of(self, moment: Moment) -> str:
        """The first case that fits, of an answer that came."""
        fate = super().branch_of(moment)
        found = (case.branch for case in self.cases if case.branch in moment.fits)
        return next(found, fate) if fate == SENT else fate
