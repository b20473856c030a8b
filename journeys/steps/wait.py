"""Hold a customer for a span of time."""

from journeys.span import Span
from journeys.step import Advance, Moment, Outcome, Step, WaitUntil


class Wait(Step):
    """Wait for `span`, counted from the moment the customer reached this step.

    Days, weeks and months end at the same local time, by the customer's clocks; hours and less are elapsed.
    """

    kind = "wait"
    fresh = {"span": "P1D"}

    span: Span

    @property
    def pauses(self) -> bool:
        """Always."""
        return True

    @property
    def reads_zone(self) -> bool:
        """Where days are counted."""
        return self.span.is_wall

    def decide(self, moment: Moment) -> Outcome:
        """Go on once the span has passed."""
        until = self.span.after(moment.reached_at, moment.zone)
        return Advance() if moment.now >= until else WaitUntil(until)
