"""pydantic's errors in the reader's words."""

from datetime import time
from enum import StrEnum
from typing import Any, Literal

import pytest
from django.utils.translation import override
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from config.invalid import words_of


class Way(StrEnum):
    BEFORE = "before"
    AFTER = "after"


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")

    text: str = Field("x", min_length=2, max_length=3)
    many: int = Field(2, ge=2, le=4)
    share: float = Field(1, gt=0, lt=100)
    some: list[int] = Field([1], min_length=1, max_length=2)
    sure: bool = True
    way: Way = Way.BEFORE
    word: Literal["a", "b"] = "a"
    at: time = time(9)
    more: dict[str, int] = {}
    odd: int = 1

    @field_validator("odd")
    @classmethod
    def _is_odd(cls, odd: int) -> int:
        if odd % 2 == 0:
            raise ValueError("is even")
        return odd


class Needed(BaseModel):
    name: str


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"text": 3}, "A text is needed here."),
        ({"text": "x"}, "Characters that are needed at least: 2."),
        ({"text": "four"}, "Characters that are possible at most: 3."),
        ({"many": "two"}, "A number is needed here."),
        ({"many": None}, "A number is needed here."),
        ({"many": 2.5}, "A whole number is needed here."),
        ({"many": 1}, "A value of 2 or more is needed."),
        ({"many": 5}, "A value of 4 or less is needed."),
        ({"share": 0}, "A value over 0.0 is needed."),
        ({"share": 100}, "A value below 100.0 is needed."),
        ({"some": {}}, "A list is needed here."),
        ({"some": []}, "Needed at least: 1; there are 0."),
        ({"some": [1, 2, 3]}, "Possible at most: 2; there are 3."),
        ({"sure": "perhaps"}, "Yes or no (true or false) is needed here."),
        ({"way": "over"}, "Not known. One of these is needed: 'before' or 'after'."),
        ({"word": "c"}, "Not known. One of these is needed: 'a' or 'b'."),
        ({"at": "noon"}, "A time of day is needed here, such as 09:00."),
        ({"more": 1}, "An object is needed here."),
        ({"odd": 2}, "is even"),
        ({"other": 2}, "There is no such setting here; take it out."),
    ],
)
def test_error_is_told_in_words(given: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as told, override("en"):
        Shape.model_validate(given)

    assert [words_of(detail) for detail in told.value.errors()] == [words]


def test_what_is_missing_is_told() -> None:
    with pytest.raises(ValidationError) as told:
        Needed.model_validate({})

    assert [words_of(detail) for detail in told.value.errors()] == ["This is missing."]
