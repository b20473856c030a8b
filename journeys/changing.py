"""What all steps share that change something outside the journey: they ask, and stand until it is done."""

from abc import abstractmethod

from journeys.step import NEXT, Advance, Change, Json, Moment, Outcome, Step

DONE, FAILED = "done", "failed"


class ChangeStep(Step):
    """Ask for a change. What can't be done goes by `failed`; the reason stands in `answers.<step>.error`."""

    @property
    def branches(self) -> tuple[str, ...]:
        """It was done, or it could not be."""
        return (NEXT, FAILED)

    @abstractmethod
    def change(self, moment: Moment) -> Json:
        """What is to be changed, as journeys/effects.py reads it: its `kind` and more."""

    def decide(self, moment: Moment) -> Outcome:
        """Ask for it at first; go on when it is done or failed."""
        if moment.fate:
            return Advance(FAILED if moment.fate == FAILED else NEXT, moment.fated_at)
        return Change({"kind": self.kind} | self.change(moment))
