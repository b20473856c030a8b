"""The step that marks a goal; no database."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from journeys.step import Mark, Moment
from journeys.steps.goal import MarkGoal

MONDAY = datetime(2025, 3, 3, 12, tzinfo=UTC)


def test_whoever_comes_has_reached_it():
    step = MarkGoal(goal="order")

    assert step.decide(Moment(MONDAY, MONDAY)) == Mark("order")
    assert (step.marks, step.branches) == ("order", ("next",))


@pytest.mark.parametrize("goal", ["", "two words", "x" * 51])
def test_a_goal_is_called_by_its_name(goal):
    with pytest.raises(ValidationError):
        MarkGoal.model_validate({"goal": goal})
