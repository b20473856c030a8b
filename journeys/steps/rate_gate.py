"""Let so many customers through in a time."""

from typing import Literal

from pydantic import Field

from journeys.step import Advance, ComeAgain, Moment, Outcome, Rate, Step, WaitUntil

SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
WAITING = "waiting"


class RateGate(Step):
    """Let at most `at_most` customers through in any minute, hour or day; the others wait, in their order.

    It counts for all versions of the journey that have a step of this id.
    """

    kind = "rate_gate"
    fresh = {"at_most": 100, "per": "hour"}

    at_most: int = Field(ge=1, le=1_000_000)
    per: Literal["minute", "hour", "day"] = "hour"

    @property
    def rate(self) -> Rate:
        """So many in so many seconds."""
        return Rate(self.at_most, SECONDS[self.per])

    def decide(self, moment: Moment) -> Outcome:
        """Ask at the beginning of a claim, when the gate is locked; go on or wait as it says."""
        if moment.turn is None:
            return ComeAgain()
        return Advance() if moment.turn.is_mine else WaitUntil(moment.turn.at, WAITING)
