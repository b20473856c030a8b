"""What pydantic finds, as whoever draws a journey reads it."""

from typing import Annotated

import pytest
from pydantic import BaseModel, Field, ValidationError

from journeys.faults import Faults


class Part(BaseModel):
    name: str = Field(min_length=1)


class Whole(BaseModel):
    title: str
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"parts": [{"name": "a"}]}, [("step.title", "This is missing.")]),
        ({"title": "a", "parts": [{"name": ""}]}, [("step.parts.0.name", "This is missing.")]),
        ({"title": "a", "parts": [{}]}, [("step.parts.0.name", "This is missing.")]),
        ({"title": "a", "parts": []}, [("step.parts", "Needed at least: 1; there are 0.")]),
    ],
)
def test_what_is_missing_is_said_once_and_where(written: object, said: list[tuple[str, str]]) -> None:
    faults = Faults()

    with pytest.raises(ValidationError) as found:
        Whole.model_validate(written)
    faults.add_invalid("step", found.value)

    assert [(fault["path"], fault["message"]) for fault in faults.errors] == said
