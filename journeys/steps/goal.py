"""Count a goal of the journey as reached."""

from typing import Annotated

from journeys.leaving import GoalName
from journeys.step import Mark, Moment, Outcome, Step, by


class MarkGoal(Step):
    """Whoever comes here has reached `goal`; the journey ends here if that goal ends it."""

    kind = "goal"

    goal: Annotated[GoalName, by("goal")]

    @property
    def marks(self) -> str:
        """The goal."""
        return self.goal

    def decide(self, moment: Moment) -> Outcome:  # noqa: ARG002 - whoever comes here has reached it
        """Reach it."""
        return Mark(self.goal)
