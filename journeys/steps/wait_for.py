"""Hold a customer until something happens, or doesn't."""

from typing import Any

from pydantic import Field

from journeys.step import Advance, Listen, Moment, Outcome, Span, Step, WaitFor

HAPPENED, TIMED_OUT = "happened", "timed_out"


class WaitForEvent(Step):
    """Wait for `event` (its properties as in `where`), at most for `at_most`; the branch tells which."""

    kind = "wait_for"
    pauses = True

    event: str = Field(min_length=1, max_length=200)
    where: list[dict[str, Any]] = Field(default=[], max_length=20)
    at_most: Span

    @property
    def branches(self) -> tuple[str, ...]:
        """It happened in time, or the time ran out."""
        return (HAPPENED, TIMED_OUT)

    @property
    def listens(self) -> Listen:
        """The awaited event."""
        return Listen(self.event, self.where)

    def decide(self, moment: Moment) -> Outcome:
        """Go on when it has happened or the time has run out."""
        until = moment.reached_at + self.at_most
        if moment.happened_at is not None and moment.happened_at <= until:
            return Advance(HAPPENED)
        return Advance(TIMED_OUT) if moment.now >= until else WaitFor(self.event, until)
