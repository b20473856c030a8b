"""Go to another step, so many times."""

from django.utils.translation import gettext_noop as _
from pydantic import Field

from journeys.step import Advance, Moment, Outcome, Step

AGAIN, EXHAUSTED = "again", "exhausted"


class GoTo(Step):
    """Go to the step to which `again` leads, until the customer has been there `at_most` times."""

    kind = "goto"
    fresh = {"at_most": 3}
    takes_next = False

    at_most: int = Field(ge=1, le=1000, description=_("Visits of that step, the first included."))

    @property
    def branches(self) -> tuple[str, ...]:
        """To that step, or on."""
        return (AGAIN, EXHAUSTED)

    @property
    def counted_branch(self) -> str:
        """The visits of where `again` leads are counted."""
        return AGAIN

    def decide(self, moment: Moment) -> Outcome:
        """Go there once more, or on."""
        return Advance(AGAIN if moment.visits < self.at_most else EXHAUSTED)
