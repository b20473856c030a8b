"""Hold some customers out of what follows, each always alike."""

from pydantic import Field

from journeys.step import NEXT, Advance, Lots, Moment, Outcome, Step
from journeys.steps.split import Salt

HELD_OUT = "held_out"


class HoldOut(Step):
    """Lead `percent` of the customers into `held_out`, for comparison; the others go on by `next`."""

    kind = "holdout"
    fresh = {"percent": 10}

    percent: float = Field(gt=0, lt=100)
    salt: Salt = ""

    @property
    def branches(self) -> tuple[str, ...]:
        """Held out, or not."""
        return (HELD_OUT, NEXT)

    @property
    def lots(self) -> Lots:
        """The first for those who are held out."""
        return Lots(self.salt, (self.percent, 100 - self.percent))

    def decide(self, moment: Moment) -> Outcome:
        """By the lot that was drawn."""
        return Advance(NEXT if moment.lot else HELD_OUT)
