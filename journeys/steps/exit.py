"""Let a customer leave the journey."""

from pydantic import Field

from journeys.step import Exit, Moment, Outcome, Step


class Leave(Step):
    """Leave the journey; `reason` is shown where the enrollment is."""

    kind = "exit"
    fresh = {"reason": "exit"}

    reason: str = Field("exit", min_length=1, max_length=60)

    @property
    def branches(self) -> tuple[str, ...]:
        """None: here the journey ends."""
        return ()

    def decide(self, moment: Moment) -> Outcome:  # noqa: ARG002 - whoever comes here leaves
        """Leave."""
        return Exit(self.reason)
