"""Hold a customer for a span of time."""

from journeys.step import Advance, Moment, Outcome, Span, Step, WaitUntil


class Wait(Step):
    """Wait for `span`, counted from the moment the customer reached this step."""

    kind = "wait"
    pauses = True

    span: Span

    def decide(self, moment: Moment) -> Outcome:
        """Go on once the span has passed."""
        until = moment.reached_at + self.span
        return Advance() if moment.now >= until else WaitUntil(until)
